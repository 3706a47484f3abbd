import Link from "next/link";
import type { SignedInContext } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { listRefusedCounts } from "#lib/audit/list-refused-counts.ts";
import type { RefusedCountRow } from "#lib/audit/model.ts";
import { refusedCountsTable } from "#lib/audit/table.ts";
import { countedRefusalWords } from "#lib/audit/use-words.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { lifelineWords as words } from "./words.ts";

const SHOWN = 6;

/** What was refused of an address that no token on record stands for: garbage, forgeries, wrong secrets. */
export async function WithoutToken({ ctx, ip, at }: { ctx: SignedInContext; ip: string; at: string }) {
  const asked = { ip, at };
  const { query } = parseListQuery(refusedCountsTable, { ...asked, size: String(SHOWN) });
  const { rows } = await listRefusedCounts(ctx, query);
  return (
    <Card
      title={words.withoutToken}
      aside={
        <Link prefetch={false} href={`/audit/refused?${new URLSearchParams(asked)}`}>
          {words.inLog}
        </Link>
      }
    >
      {rows.length === 0 ? (
        <p className="muted">{words.withoutTokenNone}</p>
      ) : (
        <PlainTable
          name={words.withoutToken}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            { header: "Minute", cell: (row: RefusedCountRow) => <Instant at={row.minute} /> },
            { header: "Refused", cell: (row: RefusedCountRow) => <NumberText value={row.count} /> },
            {
              header: "Because",
              isWrapping: true,
              cell: (row: RefusedCountRow) => countedRefusalWords(row.refusal),
            },
          ]}
        />
      )}
    </Card>
  );
}
