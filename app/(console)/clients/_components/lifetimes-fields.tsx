import { Button, Select } from "@mantine/core";
import { LifetimesRuler, type RulerRow } from "#app/(console)/_components/lifetimes/lifetimes-ruler.tsx";
import { spanText } from "#app/(console)/_components/lifetimes/span-text.ts";
import { faultAt } from "#components/form/fault-words.ts";
import { clientLifetimeProblems } from "#lib/lifetimes/client-lifetime-problems.ts";
import {
  type AudienceLimit,
  boundsOf,
  CLIENT_SETTING_KEYS,
  type ClientLifetimes,
  type LifetimeSubject,
  type OrganisationLifetimes,
  ownKeyOf,
  type ResolvedLifetime,
} from "#lib/lifetimes/model.ts";
import { resolveLifetimes, resolveRotation } from "#lib/lifetimes/resolve.ts";
import { decidedWords, rotationWords } from "#lib/lifetimes/words.ts";
import { lifetimeWords as words } from "./lifetimes-words.ts";

type LifetimesFieldsProps = {
  subject: LifetimeSubject;
  /** Those that the client's tokens may name. */
  audiences: readonly AudienceLimit[];
  organisation: OrganisationLifetimes;
  /** Without it the lifetimes are shown and not changed. */
  onChange?: (change: Partial<ClientLifetimes>) => void;
  faultOf?: (path: string) => string | undefined;
};

/** Every lifetime of a client on one scale, with the setting that wins. */
export function LifetimesFields({
  subject,
  audiences,
  organisation,
  onChange,
  faultOf,
}: LifetimesFieldsProps) {
  const rotation = resolveRotation(subject, organisation);
  const set = new Set(CLIENT_SETTING_KEYS.filter((key) => subject[key] !== null));
  const problems = onChange === undefined ? [] : clientLifetimeProblems(subject, organisation, set);
  const hasRefresh = subject.grantTypes.includes("refresh_token");

  function rowOf(resolved: ResolvedLifetime): RulerRow {
    const own = ownKeyOf(resolved.key);
    const mine = subject[own];
    const { min, max } = boundsOf(own, organisation);
    const isHeld = mine !== null && mine !== resolved.seconds;
    return {
      key: resolved.key,
      // what is typed stays in the field, also where it would be refused or held
      seconds: onChange !== undefined && mine !== null ? mine : resolved.seconds,
      min,
      max,
      isInherited: mine === null,
      inheritedSeconds: organisation[resolved.key],
      says: isHeld
        ? `${spanText(resolved.seconds)} holds, ${decidedWords(resolved)}.`
        : mine === null && resolved.limitedBy === null
          ? null
          : `${decidedWords(resolved).replace(/^./, (first) => first.toUpperCase())}.`,
      error: faultAt(problems, own) ?? faultOf?.(own),
      onChange: onChange === undefined ? undefined : (seconds) => onChange({ [own]: seconds }),
      reset:
        onChange === undefined || mine === null ? null : (
          <Button
            variant="subtle"
            size="compact-xs"
            ml={6}
            onClick={() => onChange({ [own]: null })}
            aria-label={words.resetOf(spanText(organisation[resolved.key]), resolved.key)}
          >
            {words.reset(spanText(organisation[resolved.key]))}
          </Button>
        ),
    };
  }

  return (
    <>
      <LifetimesRuler
        name={words.ruler}
        rows={resolveLifetimes(subject, organisation, audiences).map(rowOf)}
      />
      <p className="muted" style={{ margin: 0, fontSize: 12 }}>
        {words.legend}
      </p>
      {!hasRefresh ? null : onChange === undefined || rotation.decidedBy === "kind" ? (
        <p className="muted" style={{ margin: 0, fontSize: 12 }}>
          {rotationWords(rotation)}.
        </p>
      ) : (
        <Select
          label={words.rotation}
          description={`${rotationWords(rotation)}.`}
          data={[
            { value: "organisation", label: words.rotationDefault },
            { value: "always", label: words.rotationAlways },
            { value: "late", label: words.rotationLate },
          ]}
          value={
            subject.rotatesRefreshTokens === null
              ? "organisation"
              : subject.rotatesRefreshTokens
                ? "always"
                : "late"
          }
          onChange={(value) =>
            onChange({ rotatesRefreshTokens: value === "organisation" ? null : value === "always" })
          }
          allowDeselect={false}
          error={faultOf?.("rotatesRefreshTokens")}
        />
      )}
    </>
  );
}
