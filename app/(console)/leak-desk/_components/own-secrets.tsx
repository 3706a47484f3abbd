"use client";

import { Alert, Group } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type IdentifiedValue, incidentHref } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { OWN_SECRET_ENDS, type OwnSecretKind, ownerHref } from "#lib/scanners/model.ts";
import { type FoundOwn, keyOfOwn, ownOf } from "./look-up.ts";
import { leakWords as words } from "./words.ts";

/** More of them in one paste are counted. */
const SHOWN = 10;

const WORDS = { works: words.ownWorks, held: words.ownHeld, ended: words.ownEnded };

function OwnSecret({ own, sees }: { own: FoundOwn; sees: readonly OwnSecretKind[] }) {
  const { kind, name, hint, works, isHeld, ownerId, expiresAt, cases } = own;
  const end = OWN_SECRET_ENDS[kind];
  const stands = works ? "works" : isHeld ? "held" : "ended";
  const isOpen = stands !== "ended";
  return (
    <Alert
      color={works ? "red" : isHeld ? "yellow" : "gray"}
      role={isOpen ? "alert" : "status"}
      icon={<IconKey size={18} />}
      title={words.own(visibleText(name), hint, stands)}
    >
      <p>
        {WORDS[stands]} {isOpen && kind !== "api_token" ? `${words.ownFirst} ` : ""}
        {isOpen && expiresAt !== null ? (
          <>
            {words.ownUntil} <Instant at={expiresAt} show="exact" />.
          </>
        ) : null}
      </p>
      {cases.length === 0 ? null : (
        <p>
          {words.ownCase}{" "}
          {cases.map(({ number, title }, index) => (
            <span key={number}>
              {index === 0 ? "" : ", "}
              <Link prefetch={false} href={incidentHref(number)}>
                case {number}
              </Link>{" "}
              <span className="muted">{visibleText(title)}</span>
            </span>
          ))}
        </p>
      )}
      <Group gap="xs" mt={8}>
        {ownerId !== null && sees.includes(kind) ? (
          <LinkButton href={ownerHref(kind, ownerId)} variant={isOpen ? "filled" : "default"}>
            {isOpen ? words.endOwn(end) : words.toOwn}
          </LinkButton>
        ) : isOpen ? (
          <span>{words.notYours(end)}</span>
        ) : null}
      </Group>
    </Alert>
  );
}

/** What was found of the product's own secrets: whether each works, and where it is ended. */
export function OwnSecrets({
  found,
  sees,
}: {
  found: readonly IdentifiedValue[];
  sees: readonly OwnSecretKind[];
}) {
  const all = ownOf(found);
  return (
    <>
      {all.slice(0, SHOWN).map((own) => (
        <OwnSecret key={keyOfOwn(own)} own={own} sees={sees} />
      ))}
      {all.length > SHOWN ? (
        <p className="muted">{words.moreOwn(groupedNumber(all.length - SHOWN))}</p>
      ) : null}
    </>
  );
}
