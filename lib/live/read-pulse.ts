import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { Pulse } from "./model.ts";

/** What is older than this is no news; the bound lets the planner leave all older partitions out. */
const NEWS_SECONDS = 3_600;
/** As many as a page of the list can show, in its order: a count that is beyond them under a flood is news with the next minute. */
const REFUSED_ROWS = 200;
/** As many as a page of the outbox, or a case, shows at first. */
const MAIL_ROWS = 50;
/** More than wait at once where people decide; an older one that moves is news by what it records. */
const APPROVAL_ROWS = 200;

/** Where each way out stands, as pages tell it; not a stream's place among the uses, which moves while nothing happens. */
const DELIVERIES = sql`SELECT concat_ws(' ', id, status, acts_sequence, delivered, failures, last_error_at) AS says FROM event_stream
  UNION ALL SELECT concat_ws(' ', id, status, cursor, delivered, refused, lost, failures, last_error_at, date_trunc('minute', last_polled_at)) FROM signal_stream
  UNION ALL SELECT concat_ws(' ', status, delivered, failures, last_error_at) FROM notification_webhook
  UNION ALL SELECT concat_ws(' ', id, last_received_at, last_error_at) FROM signal_receiver
  UNION ALL (SELECT concat_ws(' ', id, state, attempts, last_error_at) FROM mail ORDER BY created_at DESC, id DESC LIMIT ${MAIL_ROWS}::int)`;

/** Reads the pulse: one row at the end of each index, and of the refused counts, which change in place, the newest page. */
export async function readPulse(db: Sql, at: Date | null = null): Promise<Pulse> {
  const now = sql`coalesce(${at}::timestamptz, now())`;
  const since = sql`(${now} - make_interval(secs => ${NEWS_SECONDS}::int))`;
  const [row] = await run<{
    newestTokenId: string | null;
    feedPosition: bigint;
    unsettledOrders: bigint;
    newestUseAt: Date | null;
    refusedCounts: string;
    newestEntry: bigint;
    acknowledged: string;
    registryVersion: bigint;
    detections: bigint;
    keysHeld: string;
    deliveries: string;
    notifications: string;
    approvals: string;
  }>(
    db,
    sql`SELECT (SELECT id FROM token WHERE issued_at >= ${since} ORDER BY issued_at DESC, id DESC LIMIT 1) AS "newestTokenId",
      coalesce((SELECT position FROM feed_head WHERE id = 1), 0) AS "feedPosition",
      (SELECT count(*) FROM revocation_order WHERE settled_at IS NULL
        AND (effective_from <= created_at OR effective_from <= clock_timestamp())) AS "unsettledOrders",
      (SELECT received_at FROM token_use WHERE received_at >= ${since} ORDER BY received_at DESC, id DESC LIMIT 1) AS "newestUseAt",
      (SELECT coalesce(sum(hashtextextended(c::text, 0)), 0)::text FROM (SELECT * FROM refused_count
        ORDER BY minute DESC, verifier_id DESC, ip DESC, refusal DESC LIMIT ${REFUSED_ROWS}::int) c) AS "refusedCounts",
      coalesce((SELECT sequence FROM audit_chain WHERE id = 'admin'), 0) AS "newestEntry",
      (SELECT coalesce(sum(position), 0)::text FROM verifier_instance) AS acknowledged,
      coalesce((SELECT version FROM registry_version WHERE id = 1), 0) AS "registryVersion",
      coalesce((SELECT revision FROM detection_reader WHERE id = 1), 0) AS detections,
      concat_ws(' ', (SELECT max(first_at) FROM verifier_key), (SELECT sum(hashtextextended(concat(verifier_id, kids), 0)) FROM verifier_instance WHERE kids <> '{}')) AS "keysHeld",
      (SELECT coalesce(sum(hashtextextended(d.says, 0)), 0)::text FROM (${DELIVERIES}) d) AS deliveries,
      concat_ws(' ', (SELECT id FROM notification ORDER BY at DESC, id DESC LIMIT 1), (SELECT max(read_at) FROM notification_receipt)) AS notifications,
      (SELECT coalesce(sum(hashtextextended(concat_ws(' ', a.id, a.state, a.expires_at > ${now}, a.reviewed_at), 0)), 0)::text
        FROM (SELECT id, state, expires_at, reviewed_at FROM approval ORDER BY created_at DESC, id DESC LIMIT ${APPROVAL_ROWS}::int) a) AS approvals`,
  );
  return {
    newestTokenId: row?.newestTokenId ?? null,
    feedPosition: String(row?.feedPosition ?? 0),
    unsettledOrders: Number(row?.unsettledOrders ?? 0),
    newestUseAt: row?.newestUseAt?.toISOString() ?? null,
    refusedCounts: row?.refusedCounts ?? "0",
    newestEntry: String(row?.newestEntry ?? 0),
    acknowledged: row?.acknowledged ?? "0",
    registryVersion: String(row?.registryVersion ?? 0),
    detections: String(row?.detections ?? 0),
    keysHeld: row?.keysHeld ?? "",
    deliveries: row?.deliveries ?? "0",
    notifications: row?.notifications ?? "",
    approvals: row?.approvals ?? "0",
  };
}
