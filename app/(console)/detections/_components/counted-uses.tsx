import Link from "next/link";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { RecentUses } from "#app/(console)/_components/recent-uses.tsx";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { type PlainColumn, PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { listRecentUses } from "#lib/audit/list-recent-uses.ts";
import type { TokenUseRow } from "#lib/audit/model.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { refusalWords, SOURCE_WORDS } from "#lib/audit/use-words.ts";
import type { Context } from "#lib/context.ts";
import { countsUses, type DetectionDetail } from "#lib/detections/model.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { usesAround } from "./uses-around.ts";
import { detectionWords as words } from "./words.ts";

const SHOWN = 10;

function sourceWords(source: string): string {
  return Object.hasOwn(SOURCE_WORDS, source) ? SOURCE_WORDS[source as keyof typeof SOURCE_WORDS] : source;
}

const COLUMNS: PlainColumn<TokenUseRow>[] = [
  { header: "When", cell: (row) => <Instant at={row.at} show="exact" focusable /> },
  { header: "Outcome", cell: (row) => <StateBadge state={row.outcome} /> },
  {
    header: "Why and what",
    isWrapping: true,
    cell: (row) => (
      <>
        {row.refusal === null ? null : refusalWords(row.refusal)}
        {row.refusal !== null && row.path !== null ? <br /> : null}
        {row.path === null ? null : <span className="mono">{`${row.method ?? ""} ${row.path}`.trim()}</span>}
      </>
    ),
  },
  {
    header: "Token",
    isExtra: true,
    cell: (row) => (
      <IdText id={row.token.id} what="token id" href={`/tokens/${row.token.id}`} withCopy={false} />
    ),
  },
  {
    header: "Seen by",
    isExtra: true,
    cell: (row) =>
      row.verifier === null ? (
        sourceWords(row.source)
      ) : (
        <Link prefetch={false} href={`/verifiers/${row.verifier.id}`}>
          {row.verifier.name}
        </Link>
      ),
  },
  { header: "From", isExtra: true, cell: (row) => (row.ip === null ? "–" : <AddressLink ip={row.ip} />) },
];

/** The very uses that a detection counted, the newest first, with the way to all of them in the log. */
export async function CountedUses({ ctx, detection }: { ctx: Context; detection: DetectionDetail }) {
  const { id, uses, count } = detection;
  if (uses === null) {
    // found before uses were kept
    const around = usesAround(detection);
    return around === null ? null : <RecentUses ctx={ctx} of={around} title={words.usesAround} />;
  }
  const { query } = parseListQuery(tokenUsesTable, { detection: id });
  const rows = (await listRecentUses(ctx, query.filters, SHOWN)) ?? [];
  // the last millisecond is one of them
  const until = new Date(Date.parse(uses.to) + 1).toISOString();
  const log = new URLSearchParams({ detection: id, at: `${uses.from}..${until}` });
  return (
    <Card
      title={words.uses}
      flush={rows.length > 0}
      aside={
        <span className="among-words">
          {words.counted(uses.kept, countsUses(detection) ? count : null)} ·{" "}
          <Link prefetch={false} href={`/audit?${log}`}>
            In the log
          </Link>
        </span>
      }
    >
      {rows.length === 0 ? (
        <p className="muted">{words.usesGone}</p>
      ) : (
        <PlainTable name={words.uses} rows={rows} keyOf={(row) => row.id} columns={COLUMNS} />
      )}
    </Card>
  );
}
