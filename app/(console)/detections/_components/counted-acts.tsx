import Link from "next/link";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { actWords } from "#lib/audit/act-words.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import type { AuditEntryRow } from "#lib/audit/model.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import type { Context } from "#lib/context.ts";
import type { DetectionDetail, RuleName } from "#lib/detections/model.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { detectionWords as words } from "./words.ts";

const SHOWN = 10;

/** Acts on record that a rule counts. */
const ACTS: Partial<Record<RuleName, readonly string[]>> = {
  forgery: ["token.forgery_detected", "token.forgery_reported"],
  forgery_reported: ["token.forgery_reported"],
  replay: ["authorization_code.replayed", "device_code.replayed"],
};

/** The acts on record that a detection counted, the newest first, with the way to all of them; nothing where it counts uses alone. */
export async function CountedActs({ ctx, detection }: { ctx: Context; detection: DetectionDetail }) {
  const { rule, subject, firstAt, lastAt } = detection;
  const acts = ACTS[rule];
  if (acts === undefined) return null;
  const until = new Date(Date.parse(lastAt) + 1).toISOString();
  const asked = new URLSearchParams([
    ...acts.map((act): [string, string] => ["act", act]),
    ["target", subject.kind],
    ["targetId", subject.id],
    ["at", `${firstAt}..${until}`],
  ]);
  const sized = new URLSearchParams([...asked, ["size", String(SHOWN)]]);
  const { rows } = await listAuditEntries(ctx, parseListQuery(auditEntriesTable, sized).query);
  if (rows.length === 0) return null;
  return (
    <Card
      title={words.acts}
      flush
      aside={
        <Link prefetch={false} href={`/audit/acts?${asked}`}>
          In the log
        </Link>
      }
    >
      <PlainTable
        name={words.acts}
        rows={rows}
        keyOf={(row) => row.id}
        columns={[
          { header: "When", cell: (row: AuditEntryRow) => <Instant at={row.at} show="exact" focusable /> },
          {
            header: "What",
            isWrapping: true,
            cell: (row: AuditEntryRow) => (
              <Link prefetch={false} href={`/audit/acts/${row.id}`}>
                {row.actor.name} {actWords(row.act)}
              </Link>
            ),
          },
          {
            header: "From",
            isExtra: true,
            cell: (row: AuditEntryRow) => (row.ip === null ? "–" : <AddressLink ip={row.ip} />),
          },
        ]}
      />
    </Card>
  );
}
