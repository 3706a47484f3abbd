import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import type { AuditEntryRow } from "#lib/audit/model.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import { actOutcomeWords } from "#lib/audit/words.ts";
import type { Context } from "#lib/context.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";

const SHOWN = 5;

/** The newest acts upon something, with the way to all of them. */
export async function RecentActs({
  ctx,
  target,
  targetId,
}: {
  ctx: Context;
  target: string;
  targetId: string;
}) {
  const of = { target, targetId };
  const { query } = parseListQuery(auditEntriesTable, { ...of, size: String(SHOWN) });
  const { rows, next } = await listAuditEntries(ctx, query);
  return (
    <Card
      title="Acts"
      flush={rows.length > 0}
      aside={
        rows.length === 0 ? null : (
          <Link prefetch={false} href={`/audit/acts?${new URLSearchParams(of)}`}>
            {next === null ? "In the log" : "All in the log"}
          </Link>
        )
      }
    >
      {rows.length === 0 ? (
        <p className="muted">Nothing was done to it.</p>
      ) : (
        <PlainTable
          name="Acts"
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { header: "When", cell: (row: AuditEntryRow) => <Instant at={row.at} /> },
            {
              header: "Who did what",
              cell: (row: AuditEntryRow) => (
                <Link prefetch={false} href={`/audit/acts/${row.id}`}>
                  {row.actor.name} {actOutcomeWords(row)}
                </Link>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
