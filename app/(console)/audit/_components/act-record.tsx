import { Alert } from "@mantine/core";
import { IconEyeExclamation } from "@tabler/icons-react";
import Link from "next/link";
import { ActChanges } from "#app/(console)/_components/act-changes.tsx";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { actWarning } from "#lib/audit/act-warning.ts";
import type { AuditEntryDetail } from "#lib/audit/model.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { actTargetWords } from "#lib/revocations/target-words.ts";
import { actWords, targetHref } from "./act-words.ts";
import { orderFacts } from "./order-facts.tsx";
import { refusalWords } from "./refusal-words.ts";

const none = <span className="faint">none</span>;

/** One act, whole: who, what, upon what, why, and what it changed. */
export function ActRecord({ entry }: { entry: AuditEntryDetail }) {
  const href = targetHref(entry.target);
  const upon = actTargetWords(entry);
  const { items: facts, rest } = orderFacts(entry.after);
  const warning = actWarning(entry);
  const after = rest === null ? null : withoutFields(rest, warning?.fields ?? []);
  const items: KeyValueItem[] = [
    { key: "Act", value: actWords(entry.act) },
    { key: "Outcome", value: <StateBadge state={entry.outcome} /> },
    ...(entry.errorCode
      ? [
          {
            key: "Because",
            value: (
              <>
                {refusalWords(entry.errorCode)} <span className="mono muted">{entry.errorCode}</span>
              </>
            ),
          },
        ]
      : []),
    { key: "When", value: <Instant at={entry.at} show="exact" focusable /> },
    {
      key: "By",
      value: (
        <>
          <ActorName actor={entry.actor} /> ({entry.actor.kind.replaceAll("_", " ")})
        </>
      ),
    },
    {
      key: "Upon",
      value: (
        <>
          {upon.lead}{" "}
          {href ? (
            <Link prefetch={false} href={href} title={entry.target.name}>
              {upon.name}
            </Link>
          ) : (
            upon.name
          )}
        </>
      ),
    },
    ...facts,
    { key: "Reason", value: entry.reason ? reasonWords(entry.reason, entry.actor.kind) : none },
    { key: "Note", value: entry.note || none },
    { key: "Address", value: entry.ip ? <AddressLink ip={entry.ip} /> : none },
    { key: "User agent", value: entry.userAgent ?? none },
    { key: "Request", value: <IdText id={entry.requestId} what="request id" head={8} /> },
    ...(entry.erased.length > 0 ? [{ key: "Erased", value: erasedParts(entry.erased) }] : []),
    { key: "Record", value: <span className="mono">#{entry.sequence}</span> },
  ];
  return (
    <>
      {warning === null ? null : (
        <Alert color="yellow" icon={<IconEyeExclamation size={18} />} mb="md">
          {warning.says}
        </Alert>
      )}
      <KeyValue items={items} />
      {entry.before === null && after === null ? null : (
        <ActChanges act={entry.act} before={entry.before} after={after} />
      )}
    </>
  );
}

function withoutFields(values: Record<string, unknown>, fields: readonly string[]) {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !fields.includes(key)));
}

const PART_WORDS = {
  actor: "who it was",
  target: "upon whom",
  content: "note and changes",
} as const satisfies Record<AuditEntryDetail["erased"][number], string>;

function erasedParts(parts: AuditEntryDetail["erased"]): string {
  return `on request: ${parts.map((part) => PART_WORDS[part]).join(", ")}`;
}
