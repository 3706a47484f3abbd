import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { median } from "#bench/report/statistics.ts";
import { uuidv7 } from "#lib/ids.ts";

export type IngestReport = {
  /** Reports a second, answered: each is on record then. */
  reportsPerSecond: number;
  /** Rows a second by bare multi-row inserts into a table with the same columns and indexes, each insert a transaction. */
  bareRowsPerSecond: number;
  ratio: number;
  rounds: { ours: number; bare: number }[];
  /** Reports that were answered and are not in the log, or are there twice: must be 0. */
  unrecorded: number;
};

export type IngestOptions = {
  /** The authority's origin. */
  authority: string;
  /** A verifier's, for the tokens' audience. */
  secret: string;
  /** Registered access tokens that the reports are about. */
  tokenIds: readonly string[];
  /** A URL of the schema's owner: the bare table is made and dropped by it. */
  databaseUrl: string;
  connections?: number;
  batch?: number;
  rounds?: number;
  secondsPerRound?: number;
};

const COLUMNS = [
  ...[
    "id",
    "received_at",
    "at",
    "outcome",
    "source",
    "token_id",
    "token_kind",
    "family_id",
    "client_id",
    "subject",
  ],
  ...[
    "verifier_id",
    "audience",
    "method",
    "path",
    "ip",
    "user_agent",
    "writer_id",
    "flush",
    "ordinal",
    "salt",
  ],
];

const PATH = "/v1/orders/4711/items";
const AGENT = "orders-service/4.2 (linux; x64)";

type Load = (isOver: () => boolean) => Promise<number>;

/** Runs `load` on some connections at once for a while. @returns what was done, a second. */
async function rate(load: Load, connections: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt >= seconds * 1_000;
  const done = await Promise.all(Array.from({ length: connections }, () => load(isOver)));
  return (done.reduce((sum, one) => sum + one, 0) / (performance.now() - startedAt)) * 1_000;
}

function reporting({ authority, secret, tokenIds }: IngestOptions, batch: number): Load {
  return async (isOver) => {
    const instance = randomUUID();
    let done = 0;
    while (!isOver()) {
      const at = new Date().toISOString();
      const reports = Array.from({ length: batch }, (_, index) => ({
        // as our package makes them
        id: uuidv7(Date.now()),
        at,
        token: tokenIds[(done + index) % tokenIds.length],
        outcome: "allowed",
        method: "GET",
        path: PATH,
        ip: "192.0.2.7",
        user_agent: AGENT,
        latency_us: 41,
      }));
      const response = await fetch(`${authority}/events`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify({ instance, reports }),
      });
      const { results } = (await response.json()) as { results?: { result: string }[] };
      const recorded = results?.filter((one) => one.result === "recorded").length ?? 0;
      if (recorded !== batch)
        throw new Error(`${recorded} of ${batch} reports were recorded (${response.status})`);
      done += batch;
    }
    return done;
  };
}

function inserting(pool: pg.Pool, { tokenIds }: IngestOptions, batch: number): Load {
  const places = Array.from(
    { length: batch },
    (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join()})`,
  );
  const insert = { name: "bare", text: `INSERT INTO bare_use (${COLUMNS.join()}) VALUES ${places.join()}` };
  const [clientId, verifierId, writerId] = [randomUUID(), randomUUID(), randomUUID()];
  return async (isOver) => {
    let done = 0;
    while (!isOver()) {
      const now = new Date();
      const values = Array.from({ length: batch }, (_, index) => {
        const tokenId = tokenIds[(done + index) % tokenIds.length];
        return [
          ...[randomUUID(), now, now, "allowed", "report", tokenId, "access", tokenId, clientId, "bench"],
          ...[verifierId, "orders-api", "GET", PATH, "192.0.2.7", AGENT, writerId, 1, index, randomBytes(16)],
        ];
      });
      await pool.query({ ...insert, values: values.flat() });
      done += batch;
    }
    return done;
  };
}

/**
 * The rate at which reports are taken in, end to end and durable, beside bare multi-row inserts of as many rows on as many connections into a table with the same
 * columns and indexes: in turn, on the same machine and database.
 */
export async function measureIngest(options: IngestOptions): Promise<IngestReport> {
  const { connections = 8, batch = 100, rounds = 5, secondsPerRound = 4 } = options;
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: connections });
  const counted = async () => {
    const { rows } = await pool.query<{ uses: string; ids: string }>(
      "SELECT (SELECT count(*) FROM token_use WHERE source = 'report') AS uses, (SELECT count(*) FROM use_report) AS ids",
    );
    return { uses: Number(rows[0]?.uses), ids: Number(rows[0]?.ids) };
  };
  try {
    await pool.query("CREATE TABLE bare_use (LIKE token_use INCLUDING INDEXES INCLUDING CONSTRAINTS)");
    const before = await counted();
    const ours = reporting(options, batch);
    let answered = 0;
    const counting: Load = async (isOver) => {
      const done = await ours(isOver);
      answered += done;
      return done;
    };
    const bare = inserting(pool, options, batch);
    await rate(counting, connections, 1);
    await rate(bare, connections, 1);
    const measured: IngestReport["rounds"] = [];
    for (let round = 0; round < rounds; round += 1)
      measured.push({
        ours: await rate(counting, connections, secondsPerRound),
        bare: await rate(bare, connections, secondsPerRound),
      });
    const after = await counted();
    const reportsPerSecond = median(measured.map((round) => round.ours));
    const bareRowsPerSecond = median(measured.map((round) => round.bare));
    return {
      reportsPerSecond,
      bareRowsPerSecond,
      ratio: reportsPerSecond / bareRowsPerSecond,
      rounds: measured,
      unrecorded: Math.max(
        Math.abs(after.uses - before.uses - answered),
        Math.abs(after.ids - before.ids - answered),
      ),
    };
  } finally {
    await pool.query("DROP TABLE IF EXISTS bare_use").catch(() => {});
    await pool.end();
  }
}
