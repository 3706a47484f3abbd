import { createBatcher } from "../db/batcher.ts";
import { hexArray, int2Array, int4Array, int8Array, uuidArray } from "../db/binary-arrays.ts";
import { type Space, withColumnSpace } from "../db/column-space.ts";
import { prepared, type Sql } from "../db/sql.ts";
import {
  marksOf,
  type ReportedAnswer,
  USE_INPUT,
  type UseMarks,
  useLeaves,
  useParameters,
} from "../verification/use-parameters.ts";
import type { TokenUseRow, UseWriter } from "../verification/use-writer.ts";
import { DIGEST_BYTES } from "./report-digest.ts";

/** A report that fits its token, as it goes on record. */
export type AcceptedReport = ReportedAnswer & {
  id: string;
  /** Of the content: 16 bytes in hexadecimal. */
  digest: string;
  use: TokenUseRow;
};

/** What one request has to put on record. */
export type ReportBatch = {
  verifierId: string;
  /** The process of the verifier that reports. */
  instanceId: string;
  reports: readonly AcceptedReport[];
  /** Uses that the instance has lost since it began. */
  lost: number;
};

export type ReportOutcome = "recorded" | "duplicate" | "conflict";

// One statement and one commit for the requests of a moment. An id that is there already makes no row; of one that another process is writing now this one waits
// for the other's commit, fails whole, and is done again. Ids go in by their order, so that two processes never wait for each other in a circle. The look-up is
// a value and not a condition that could be joined: whatever is known of the table when the statement is planned, it goes by the key.
// Of what was lost only what an instance has not said before counts: a request that comes again, with the same reports or with more, says again what it said.
const RECORD = prepared(`
  WITH input AS MATERIALIZED (
    SELECT * FROM (SELECT ${USE_INPUT}, unnest($19::uuid[]) AS report, unnest($20::bytea[]) AS digest, unnest($21::smallint[]) AS status,
      unnest($22::bigint[]) AS bytes, unnest($23::int[]) AS latency_us) r
    WHERE (SELECT k.received_at FROM use_report k WHERE k.id = r.report) IS NULL
  ), ids AS (
    INSERT INTO use_report (id, digest, received_at) SELECT report, digest, $24::timestamptz FROM input ORDER BY report RETURNING id
  ), written AS (
    INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, verifier_id,
      audience, method, path, ip, country, user_agent, status, bytes, latency_us, writer_id, flush, ordinal, salt)
    SELECT i.id, $24::timestamptz, i.at, CASE WHEN i.refusal IS NULL THEN 'allowed' ELSE 'refused' END, i.refusal, i.source, i.token_id, i.token_kind,
      i.family_id, i.client_id, i.user_id, i.subject, i.verifier_id, i.audience, i.method, i.path, i.ip, i.country, i.user_agent, i.status, i.bytes,
      i.latency_us, $25::uuid, $26::bigint, i.ordinal, i.salt
    FROM input i
  ), said AS (
    INSERT INTO report_loss AS k (verifier_id, instance_id, lost, told_at)
    SELECT l.verifier_id, l.instance_id, l.lost, $24::timestamptz FROM json_to_recordset($27::json) AS l(verifier_id uuid, instance_id uuid, lost bigint)
    CROSS JOIN (SELECT count(*) FROM ids) done ORDER BY l.verifier_id, l.instance_id
    ON CONFLICT (verifier_id, instance_id) DO UPDATE SET lost = excluded.lost, told_at = excluded.told_at WHERE k.lost < excluded.lost
    RETURNING verifier_id, new.lost - coalesce(old.lost, 0) AS more
  ), gaps AS (
    INSERT INTO report_gap AS g (verifier_id, minute, lost)
    SELECT s.verifier_id, date_trunc('minute', $24::timestamptz), sum(s.more) FROM said s GROUP BY s.verifier_id ORDER BY s.verifier_id
    ON CONFLICT (verifier_id, minute) DO UPDATE SET lost = g.lost + excluded.lost
  )
  SELECT CASE WHEN (SELECT count(*) FROM ids) < cardinality($19::uuid[]) THEN coalesce((SELECT array_agg(i.report) FROM input i), '{}') END AS fresh`);

const KNOWN = prepared(
  "SELECT id, encode(digest, 'hex') AS digest FROM use_report WHERE id = ANY ($1::uuid[])",
);

export type ReportRecorder = {
  /**
   * Puts a request's reports on record with those of others of the same moment; resolves once they are committed, with what became of each. Each id is recorded
   * once, whoever sends it, on whichever day: the same content again is a duplicate, another content a conflict.
   *
   * @throws whatever the database throws: nothing may be taken for recorded. BacklogFull where too much waits.
   */
  record(batch: ReportBatch): Promise<ReportOutcome[]>;
  idle(): Promise<void>;
};

export type ReportRecorderOptions = {
  db: Sql;
  writer: UseWriter;
  /** Told of the rows of every flush, and of those that were committed. */
  onWritten?(rows: readonly TokenUseRow[], written: readonly TokenUseRow[]): void;
  now?: () => Date;
};

/** Reports of one statement at most, and of those that wait for theirs: each holds half a kilobyte or so. */
const FLUSH_REPORTS = 1_000;
const WAITING_REPORTS = 20_000;

/** Ids that were not there before. */
type Fresh = Pick<ReadonlySet<string>, "has">;
const ALL: Fresh = { has: () => true };

type Flush = {
  /** By id: the first of the flush; what else has its id is held against it. */
  firsts: Map<string, AcceptedReport>;
  losses: { verifier_id: string; instance_id: string; lost: number }[];
};

function gather(batches: readonly ReportBatch[]): Flush {
  const firsts: Flush["firsts"] = new Map();
  const losses = new Map<string, Flush["losses"][number]>();
  for (const { verifierId, instanceId, reports, lost } of batches) {
    for (const report of reports) if (!firsts.has(report.id)) firsts.set(report.id, report);
    const key = `${verifierId} ${instanceId}`;
    if (lost > (losses.get(key)?.lost ?? 0))
      losses.set(key, { verifier_id: verifierId, instance_id: instanceId, lost });
  }
  return { firsts, losses: [...losses.values()] };
}

function columnsOf(
  reports: readonly AcceptedReport[],
  rows: readonly TokenUseRow[],
  marks: UseMarks,
  space: Space,
): Buffer[] {
  return [
    ...useParameters(rows, marks, space),
    uuidArray(reports, (report) => report.id, space),
    hexArray(reports, DIGEST_BYTES, (report) => report.digest, space),
    int2Array(reports, (report) => report.status, space),
    int8Array(reports, (report) => report.bytes, space),
    int4Array(reports, (report) => report.latencyUs, space),
  ];
}

/** Two processes may have the same new id at the same time, and again while one of them tries again. */
const RACES_MAX = 5;

/** Does a statement again that wrote nothing because somebody else was writing one of its ids: the next one finds it there. */
async function withoutRaces<T>(statement: () => Promise<T>): Promise<T> {
  for (let race = 1; ; race += 1) {
    try {
      return await statement();
    } catch (error) {
      if ((error as { constraint?: unknown }).constraint !== "use_report_pkey" || race === RACES_MAX)
        throw error;
    }
  }
}

/** The lane of the reports: beside that of verification, which is never kept waiting by a verifier that has a day's uses to tell. */
export function createReportRecorder(options: ReportRecorderOptions): ReportRecorder {
  const { db, writer, onWritten, now = () => new Date() } = options;

  async function write({ firsts, losses }: Flush, space: Space): Promise<Fresh> {
    const receivedAt = now();
    const reports = [...firsts.values()];
    const rows = reports.map(({ use }) => use);
    const marks = marksOf(rows, receivedAt, writer.countryOf);
    const columns = columnsOf(reports, rows, marks, space);
    const flush = writer.ledger.begin(rows, receivedAt);
    const tracked = writer.seals.track(
      db,
      { flush, receivedFrom: receivedAt, receivedTo: receivedAt, isPiecemeal: true },
      () => useLeaves(rows, marks, receivedAt, (ordinal) => reports[ordinal] as AcceptedReport),
    );
    const values = [...columns, receivedAt, writer.id, flush, JSON.stringify(losses)];
    let ids: string[] | null;
    try {
      const [answer] = await withoutRaces(() => db.query<{ fresh: string[] | null }>(RECORD, values));
      ids = answer?.fresh ?? null;
    } catch (error) {
      tracked.failed(error);
      throw error;
    }
    if (ids === null) {
      tracked.written();
      onWritten?.(rows, rows);
      return ALL;
    }
    const fresh = new Set(ids);
    tracked.written(new Set(reports.flatMap(({ id }, ordinal) => (fresh.has(id) ? [ordinal] : []))));
    const written = reports.filter(({ id }) => fresh.has(id)).map(({ use }) => use);
    onWritten?.(rows, written);
    return fresh;
  }

  /** The digests that ids have on record, where they are not of this flush. */
  async function digestsOf(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const known = await db.query<{ id: string; digest: string }>(KNOWN, [ids]);
    return new Map(known.map((row) => [row.id, row.digest]));
  }

  async function run(batches: ReportBatch[]): Promise<ReportOutcome[][]> {
    const flush = gather(batches);
    if (flush.firsts.size === 0 && flush.losses.length === 0) return batches.map(() => []);
    const fresh = await withColumnSpace((space) => write(flush, space));
    const known = await digestsOf([...flush.firsts.keys()].filter((id) => !fresh.has(id)));
    const outcomeOf = (report: AcceptedReport): ReportOutcome => {
      const first = flush.firsts.get(report.id) as AcceptedReport;
      if (first === report && fresh.has(report.id)) return "recorded";
      const digest = fresh.has(report.id) ? first.digest : known.get(report.id);
      return digest === report.digest ? "duplicate" : "conflict";
    };
    return batches.map(({ reports }) => reports.map(outcomeOf));
  }

  const batcher = createBatcher<ReportBatch, ReportOutcome[]>({
    maxBatch: FLUSH_REPORTS,
    maxInFlight: 2,
    maxWaiting: WAITING_REPORTS,
    weigh: ({ reports }) => Math.max(1, reports.length),
    run,
  });
  return { record: (batch) => batcher.add(batch), idle: () => batcher.idle() };
}
