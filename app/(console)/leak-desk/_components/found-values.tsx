"use client";

import { Alert } from "@mantine/core";
import Link from "next/link";
import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { isBadgeState, StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import {
  FOUND_AS,
  type IdentifiedOwnSecret,
  type IdentifiedSecret,
  type IdentifiedValue,
} from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { plural } from "#lib/order-plans/plan-words.ts";
import { FINDING_KIND_WORDS, type OwnSecretKind } from "#lib/scanners/model.ts";
import classes from "./leak-desk.module.css";
import { keyOfOwn, type LookedUp } from "./look-up.ts";
import { PasteLines } from "./paste-lines.tsx";
import { FOUND_WORDS, leakWords as words } from "./words.ts";

const lower = (letter: string) => letter.toLowerCase();

/** Lines that are shown; all are counted. */
const SHOWN = 50;

type Line = IdentifiedValue & { key: string };

/** The live ones first, what is not ours last, each token once. */
function linesOf(found: readonly IdentifiedValue[]): Line[] {
  const lines = found.map((value, index) => ({
    ...value,
    key:
      value.token?.id ?? value.secret?.id ?? (value.own === null ? `foreign ${index}` : keyOfOwn(value.own)),
  }));
  const once = new Map(lines.map((line) => [`${line.is} ${line.key}`, line]));
  return [...once.values()].sort((one, other) => FOUND_AS.indexOf(one.is) - FOUND_AS.indexOf(other.is));
}

function State({ line }: { line: Line }) {
  if (line.own !== null)
    return line.is === "live" ? (
      <Tag tone="revoked">{words.ownWorksTag}</Tag>
    ) : line.is === "suspended" ? (
      <Tag tone="suspended">{words.ownHeldTag}</Tag>
    ) : (
      <Tag tone="expired">{words.ownEndedTag}</Tag>
    );
  if (line.secret !== null)
    return line.is === "live" ? (
      <Tag tone="revoked">{words.secretWorks}</Tag>
    ) : line.is === "suspended" ? (
      <Tag tone="suspended">{words.secretHeld}</Tag>
    ) : (
      <Tag tone="expired">{words.secretEnded}</Tag>
    );
  const state = line.token?.state ?? "";
  if (line.is === "left" || line.is === "foreign")
    return <Tag tone="expired">{FOUND_WORDS[line.is].name}</Tag>;
  return (
    <>
      {isBadgeState(state) ? <StateBadge state={state} /> : <Tag>{state}</Tag>}
      {line.is === "differs" ? (
        <>
          <br />
          <small className="muted">cut or changed</small>
        </>
      ) : null}
    </>
  );
}

/** The tokens that values name without being them. */
function namedOnly(found: readonly IdentifiedValue[]): string[] {
  return [
    ...new Set(found.flatMap(({ is, token }) => (is === "differs" && token !== null ? [token.id] : []))),
  ];
}

function asideOf({ tokens, secrets }: LookedUp["paste"], values: number): string {
  const names = values - tokens - secrets;
  return [
    ...(tokens === 0 && secrets > 0 ? [] : [plural(tokens, "token", "tokens")]),
    ...(secrets === 0 ? [] : [plural(secrets, "secret", "secrets")]),
    ...(names === 0 && secrets > 0 ? [] : [plural(names, "id or hash", "ids and hashes")]),
  ].join(", ");
}

/** Whose a secret is, where to replace it, and what whoever has it gets. */
function Secret({ secret }: { secret: IdentifiedSecret }) {
  const opens = [...secret.permissions, ...secret.audiences.map((name) => `at ${name}`)].join(", ");
  return (
    <>
      {words.secretOf} <Link href={`/clients/${secret.clientUuid}`}>{secret.clientId}</Link>{" "}
      <span className="muted" style={{ whiteSpace: "nowrap" }}>
        …{secret.hint}
      </span>
      <br />
      <small className="muted">
        {opens === "" ? words.opensNothing : words.secretOpens(opens, secret.isEnough)}
      </small>
    </>
  );
}

/** Whose one of the product's own is, and where it is ended. */
function Own({
  own: { kind, name, hint, ownerId },
  sees,
}: {
  own: IdentifiedOwnSecret;
  sees: readonly OwnSecretKind[];
}) {
  return (
    <>
      {ownerId === null ? (
        visibleText(name)
      ) : (
        <OwnerLink kind={kind} ownerId={ownerId} sees={sees}>
          {visibleText(name)}
        </OwnerLink>
      )}{" "}
      <span className="muted" style={{ whiteSpace: "nowrap" }}>
        …{hint}
      </span>
    </>
  );
}

/** The answer before the detail: how many are live, and each of them. */
export function FoundValues({
  found: { found, paste, values },
  sees,
}: {
  found: LookedUp;
  sees: readonly OwnSecretKind[];
}) {
  const lines = linesOf(found);
  const count = (is: Line["is"]) => found.filter((value) => value.is === is).length;
  // what is not on record has no row to tell anything in, but where it is all there is
  const known = lines.filter(({ is }) => is !== "foreign");
  const shown = values === 1 ? lines : known.slice(0, SHOWN);
  const [differs, ...more] = namedOnly(found);
  return (
    <Card
      title={`${groupedNumber(values)} ${values === 1 ? "value" : "values"} recognised`}
      aside={asideOf(paste, values)}
    >
      <div className={classes.counts} role="status">
        {FOUND_AS.filter((is) => count(is) > 0).map((is) => (
          <div key={is} className={classes.count} data-is={is}>
            <b>{groupedNumber(count(is))}</b>
            <span title={FOUND_WORDS[is].means}>{FOUND_WORDS[is].name}</span>
          </div>
        ))}
      </div>
      {differs === undefined ? null : (
        <Alert color="red" mt={12} role="alert">
          {more.length === 0 ? words.differs(differs) : words.differ(groupedNumber(more.length + 1))}
        </Alert>
      )}
      {paste.isCut ? <Alert color="yellow" mt={12} title={words.cut} /> : null}
      {paste.hasSecret ? <Alert color="yellow" mt={12} title={words.secret} /> : null}
      <div style={{ marginTop: 12 }} hidden={shown.length === 0}>
        <PlainTable
          name="What was recognised"
          rows={shown}
          keyOf={(line) => `${line.is} ${line.key}`}
          columns={[
            { header: "State", cell: (line: Line) => <State line={line} /> },
            {
              header: "Token or secret",
              isWrapping: true,
              cell: ({ token, secret, own }: Line) =>
                own !== null ? (
                  <Own own={own} sees={sees} />
                ) : secret !== null ? (
                  <Secret secret={secret} />
                ) : token === null ? (
                  <span className="faint">nothing on record</span>
                ) : (
                  <IdText id={token.id} what="token id" href={`/tokens/${token.id}`} withCopy={false} />
                ),
            },
            {
              header: "Kind",
              isExtra: true,
              cell: ({ token, secret, own }: Line) => {
                if (own !== null) return FINDING_KIND_WORDS[own.kind].replace(/^[A-Z](?=[a-z])/, lower);
                if (secret !== null) return "client secret";
                return token === null ? "" : `${token.format ?? ""} ${token.kind}`.trim();
              },
            },
            {
              header: "Holder",
              cell: ({ token, secret }: Line) => token?.holder ?? (secret === null ? "" : secret.clientName),
            },
            {
              header: "Client",
              isExtra: true,
              cell: ({ token, secret }: Line) => token?.client ?? secret?.clientId ?? "",
            },
            {
              header: "Expires",
              isExtra: true,
              cell: ({ token, secret, own }: Line) =>
                secret !== null ? (
                  <Instant at={secret.expiresAt} show="exact" none="never" />
                ) : own !== null ? (
                  <Instant at={own.expiresAt} show="exact" none={own.ownerId === null ? "" : "never"} />
                ) : token === null ? (
                  ""
                ) : (
                  <Instant at={token.expiresAt} show="exact" none="long ago" />
                ),
            },
          ]}
        />
      </div>
      {known.length > shown.length ? (
        <p className="muted">And {groupedNumber(known.length - shown.length)} more. A case holds them all.</p>
      ) : null}
      <PasteLines found={{ found, paste, values }} />
    </Card>
  );
}
