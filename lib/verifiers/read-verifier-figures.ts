import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { latencyOf } from "./get-verifier.ts";
import type { LatencyUs } from "./model.ts";

const DAY_MS = 86_400_000;
/** A process that was not heard of for longer says nothing of how it is now: a poll waits for 30 s at most. */
const LIVE_MS = 60_000;

/** What verifiers say of themselves beside their standing. */
export type VerifierFigures = {
  /** Uses that it lost in the last 24 hours. */
  lost: number;
  /** Of the slowest process that lives; null where none says so. */
  latencyUs: LatencyUs | null;
};

type FiguresRecord = { id: string; lost: bigint; p50: number | null; p99: number | null };

/** Of each of some verifiers, in one statement. */
export async function readVerifierFigures(
  db: Sql,
  { verifierIds, now }: { verifierIds: readonly string[]; now: Date },
): Promise<ReadonlyMap<string, VerifierFigures>> {
  const since = (ms: number) => new Date(now.getTime() - ms);
  const records = await run<FiguresRecord>(
    db,
    sql`SELECT v.id, coalesce(g.lost, 0)::bigint AS lost, i.p50, i.p99 FROM unnest(${verifierIds}::uuid[]) AS v(id)
      LEFT JOIN LATERAL (SELECT sum(r.lost) AS lost FROM report_gap r
        WHERE r.verifier_id = v.id AND r.minute >= ${since(DAY_MS)}::timestamptz) g ON true
      LEFT JOIN LATERAL (SELECT n.latency_p50_us AS p50, n.latency_p99_us AS p99 FROM verifier_instance n
        WHERE n.verifier_id = v.id AND n.seen_at >= ${since(LIVE_MS)}::timestamptz AND n.ended_at IS NULL
          AND n.latency_p99_us IS NOT NULL ORDER BY n.latency_p99_us DESC LIMIT 1) i ON true`,
  );
  return new Map(
    records.map(({ id, lost, p50, p99 }) => [id, { lost: Number(lost), latencyUs: latencyOf(p50, p99) }]),
  );
}
