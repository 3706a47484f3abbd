import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { useLeaf, useSalts } from "../seals/use-leaf.ts";
import type { TokenUseRow, UseWriter } from "../verification/use-writer.ts";

/** A report that fits its token, as it goes on record. */
export type AcceptedReport = {
  id: string;
  /** Of the content, 16 bytes. */
  digest: Buffer;
  use: TokenUseRow;
  status: number | null;
  bytes: number | null;
  latencyUs: number | null;
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

// One statement and one commit for the requests of a moment. An id that is there already, or that another process is writing now, makes no row;
// ids go in by their order, so that two processes never wait for each other in a circle. Of what was lost only what an instance has not said before counts:
// a request that comes again, with the same reports or with more, says again what it said.
const RECORD = prepared(`
  WITH input AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS r(report uuid, digest text, id uuid, at timestamptz, refusal text, token_id uuid,
      token_kind text, family_id uuid, client_id uuid, user_id uuid, subject text, verifier_id uuid, audience text, method text, path text, ip text,
      country text, user_agent text, status smallint, bytes bigint, latency_us int, ordinal int, salt text)
  ), fresh AS (
    INSERT INTO use_report (id, digest, received_at) SELECT report, decode(digest, 'hex'), $4::timestamptz FROM input ORDER BY report
    ON CONFLICT (id) DO NOTHING RETURNING id
  ), written AS (
    INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, verifier_id,
      audience, method, path, ip, country, user_agent, status, bytes, latency_us, writer_id, flush, ordinal, salt)
    SELECT i.id, $4::timestamptz, i.at, CASE WHEN i.refusal IS NULL THEN 'allowed' ELSE 'refused' END, i.refusal, 'report', i.token_id, i.token_kind,
      i.family_id, i.client_id, i.user_id, i.subject, i.verifier_id, i.audience, i.method, i.path, i.ip, i.country, i.user_agent, i.status, i.bytes,
      i.latency_us, $2::uuid, $3::bigint, i.ordinal, decode(i.salt, 'hex')
    FROM fresh f JOIN input i ON i.report = f.id
  ), said AS (
    INSERT INTO report_loss AS k (verifier_id, instance_id, lost, told_at)
    SELECT l.verifier_id, l.instance_id, l.lost, $4::timestamptz FROM json_to_recordset($5::json) AS l(verifier_id uuid, instance_id uuid, lost bigint)
    CROSS JOIN (SELECT count(*) FROM fresh) done ORDER BY l.verifier_id, l.instance_id
    ON CONFLICT (verifier_id, instance_id) DO UPDATE SET lost = excluded.lost, told_at = excluded.told_at WHERE k.lost < excluded.lost
    RETURNING verifier_id, new.lost - coalesce(old.lost, 0) AS more
  ), gaps AS (
    INSERT INTO report_gap AS g (verifier_id, minute, lost)
    SELECT s.verifier_id, date_trunc('minute', $4::timestamptz), sum(s.more) FROM said s GROUP BY s.verifier_id ORDER BY s.verifier_id
    ON CONFLICT (verifier_id, minute) DO UPDATE SET lost = g.lost + excluded.lost
  )
  SELECT id FROM fresh`);

const KNOWN = prepared("SELECT id, digest FROM use_report WHERE id = ANY ($1::uuid[])");

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

/** The lane of the reports: beside that of verification, which is never kept waiting by a verifier that has a day's uses to tell. */
export function createReportRecorder(options: ReportRecorderOptions): ReportRecorder {
  const { db, writer, onWritten, now = () => new Date() } = options;

  async function write({ firsts, losses }: Flush): Promise<Set<string>> {
    const receivedAt = now();
    const saltOf = useSalts(firsts.size);
    const rows: TokenUseRow[] = [];
    const input = [...firsts.values()].map((report, ordinal) => {
      const { use } = report;
      rows.push(use);
      return {
        report: report.id,
        digest: report.digest.toString("hex"),
        id: uuidv7(receivedAt),
        at: use.at,
        refusal: use.refusal,
        token_id: use.tokenId,
        token_kind: use.tokenKind,
        family_id: use.familyId,
        client_id: use.clientId,
        user_id: use.userId,
        subject: use.subject,
        verifier_id: use.verifierId,
        audience: use.audience,
        method: use.method,
        path: use.path,
        ip: use.ip,
        country: writer.countryOf(use.ip),
        user_agent: use.userAgent,
        status: report.status,
        bytes: report.bytes,
        latency_us: report.latencyUs,
        ordinal,
        salt: saltOf(ordinal),
      };
    });
    const reports = [...firsts.values()];
    const flush = writer.ledger.begin(rows, receivedAt);
    const tracked = writer.seals.track(
      db,
      { flush, receivedFrom: receivedAt, receivedTo: receivedAt, isPiecemeal: true },
      () =>
        reports.map(({ use, status, bytes, latencyUs }, ordinal) => {
          const { id, country, salt } = input[ordinal] as (typeof input)[number];
          const outcome = use.refusal === null ? "allowed" : "refused";
          const written = { id, receivedAt, outcome, source: "report", country, ordinal, salt };
          return useLeaf({ ...use, ...written, status, bytes, latencyUs });
        }),
    );
    let inserted: { id: string }[];
    try {
      inserted = await db.query<{ id: string }>(RECORD, [
        JSON.stringify(input),
        writer.id,
        flush,
        receivedAt,
        JSON.stringify(losses),
      ]);
    } catch (error) {
      tracked.failed(error);
      throw error;
    }
    const fresh = new Set(inserted.map((row) => row.id));
    tracked.written(new Set(reports.flatMap(({ id }, ordinal) => (fresh.has(id) ? [ordinal] : []))));
    const written =
      fresh.size === rows.length
        ? rows
        : [...firsts.values()].filter(({ id }) => fresh.has(id)).map(({ use }) => use);
    onWritten?.(rows, written);
    return fresh;
  }

  /** The digests that ids have on record, where they are not of this flush. */
  async function digestsOf(ids: readonly string[]): Promise<Map<string, Buffer>> {
    if (ids.length === 0) return new Map();
    const known = await db.query<{ id: string; digest: Buffer }>(KNOWN, [ids]);
    return new Map(known.map((row) => [row.id, row.digest]));
  }

  async function run(batches: ReportBatch[]): Promise<ReportOutcome[][]> {
    const flush = gather(batches);
    if (flush.firsts.size === 0 && flush.losses.length === 0) return batches.map(() => []);
    const fresh = await write(flush);
    const known = await digestsOf([...flush.firsts.keys()].filter((id) => !fresh.has(id)));
    const outcomeOf = (report: AcceptedReport): ReportOutcome => {
      const first = flush.firsts.get(report.id) as AcceptedReport;
      if (first === report && fresh.has(report.id)) return "recorded";
      const digest = fresh.has(report.id) ? first.digest : known.get(report.id);
      return digest?.equals(report.digest) === true ? "duplicate" : "conflict";
    };
    return batches.map(({ reports }) => reports.map(outcomeOf));
  }

  const batcher = createBatcher<ReportBatch, ReportOutcome[]>({
    maxBatch: 10,
    maxInFlight: 2,
    maxWaiting: 500,
    run,
  });
  return { record: (batch) => batcher.add(batch), idle: () => batcher.idle() };
}
