import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { cpuSecondsAround, cpuSecondsOf } from "#bench/cpu.ts";
import { median } from "#bench/report/statistics.ts";
import { uuidv7 } from "#lib/ids.ts";

export type IngestReport = {
  /** Reports a second, answered: each is on record then. */
  reportsPerSecond: number;
  /** Rows a second by bare multi-row inserts into a table with the same columns and indexes, each insert a transaction. */
  bareRowsPerSecond: number;
  ratio: number;
  rounds: { ours: number; bare: number }[];
  /** Processor time of a use in microseconds, median of the rounds: hardly moved by other work on the machine. Null where the system does not say. */
  cpu: {
    ours: { authority: number | null; database: number | null; generator: number };
    bare: { database: number | null; generator: number };
  };
  /** Reports that were answered and are not in the log, or are there twice: must be 0. */
  unrecorded: number;
};

export type IngestOptions = {
  /** The authority's origin. */
  authority: string;
  /** The authority's process. */
  pid: number;
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
    "country",
    "user_agent",
    "latency_us",
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
          ...[verifierId, "orders-api", "GET", PATH, "192.0.2.7", null, AGENT, 41, writerId, 1, index],
          randomBytes(16),
        ];
      });
      await pool.query({ ...insert, values: values.flat() });
      done += batch;
    }
    return done;
  };
}

type Used = { done: number; authority: number; database: number; generator: number };

/** Processor time of the three processes for each thing that was done between two looks, in microseconds. */
function each(before: Used, after: Used) {
  const of = (what: "authority" | "database" | "generator") =>
    ((after[what] - before[what]) * 1e6) / (after.done - before.done);
  return { authority: of("authority"), database: of("database"), generator: of("generator") };
}

const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/**
 * The rate at which reports are taken in, end to end and durable, beside bare multi-row inserts of as many rows on as many connections into a table with the same
 * columns and indexes: in turn, on the same machine and database.
 */
export async function measureIngest(options: IngestOptions): Promise<IngestReport> {
  const { connections = 8, batch = 100, rounds = 5, secondsPerRound = 4 } = options;
  // as many connections all the time: one of them says whose processor time is looked at
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: connections, idleTimeoutMillis: 0 });
  const since = new Date();
  const counted = async () => {
    const { rows } = await pool.query<{ uses: string; ids: string }>(
      `SELECT (SELECT count(*) FROM token_use WHERE source = 'report' AND received_at >= $1) AS uses,
         (SELECT count(*) FROM use_report WHERE received_at >= $1) AS ids`,
      [since],
    );
    return { uses: Number(rows[0]?.uses), ids: Number(rows[0]?.ids) };
  };
  try {
    await pool.query("CREATE TABLE bare_use (LIKE token_use INCLUDING INDEXES INCLUDING CONSTRAINTS)");
    const { rows: backends } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const before = await counted();
    const ours = reporting(options, batch);
    let answered = 0;
    const counting: Load = async (isOver) => {
      const done = await ours(isOver);
      answered += done;
      return done;
    };
    const bare = inserting(pool, options, batch);
    let done = 0;
    const look = (): Used => {
      const { user, system } = process.cpuUsage();
      return {
        done,
        authority: cpuSecondsOf(options.pid) ?? Number.NaN,
        database: cpuSecondsAround(backends[0]?.pid ?? 0) ?? Number.NaN,
        generator: (user + system) / 1e6,
      };
    };
    /** A load with what it took of the processors. */
    const run = async (load: Load, seconds: number) => {
      const start = look();
      const perSecond = await rate(
        async (isOver) => {
          const own = await load(isOver);
          done += own;
          return own;
        },
        connections,
        seconds,
      );
      return { perSecond, cpu: each(start, look()) };
    };
    await run(counting, 1);
    await run(bare, 1);
    const measured: Record<"ours" | "bare", Awaited<ReturnType<typeof run>>>[] = [];
    for (let round = 0; round < rounds; round += 1)
      measured.push({ ours: await run(counting, secondsPerRound), bare: await run(bare, secondsPerRound) });
    const after = await counted();
    const medianOf = (of: (round: (typeof measured)[number]) => number) => median(measured.map(of));
    return {
      reportsPerSecond: medianOf(({ ours }) => ours.perSecond),
      bareRowsPerSecond: medianOf(({ bare }) => bare.perSecond),
      ratio: medianOf(({ ours, bare }) => ours.perSecond / bare.perSecond),
      rounds: measured.map(({ ours, bare }) => ({ ours: ours.perSecond, bare: bare.perSecond })),
      cpu: {
        ours: {
          authority: orNull(medianOf(({ ours }) => ours.cpu.authority)),
          database: orNull(medianOf(({ ours }) => ours.cpu.database)),
          generator: medianOf(({ ours }) => ours.cpu.generator),
        },
        bare: {
          database: orNull(medianOf(({ bare }) => bare.cpu.database)),
          generator: medianOf(({ bare }) => bare.cpu.generator),
        },
      },
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
