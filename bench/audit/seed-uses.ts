import pg from "pg";
import { RowCopy } from "#bench/inventory/seed/copy-rows.ts";
import { RandomIds } from "#bench/inventory/seed/random-ids.ts";
import { uuidv7 } from "#lib/ids.ts";
import { seedRegister } from "./seed-register.ts";
import { CLIENTS, daysOf, type Parties, USE_COLUMNS, USERS, usesOfDay, VERIFIERS } from "./synthetic-uses.ts";

const DAY_MS = 86_400_000;

export type SeededUses = {
  parties: Parties;
  rows: number;
  seconds: number;
  /** Heap and indexes of the log, in bytes. */
  bytes: number;
  /** Whom to follow: somebody's token of the newest day, with its family, holder and address. */
  followed: { token: string; family: string; user: string; ip: string };
};

async function findFollowed(db: pg.Client): Promise<SeededUses["followed"]> {
  const { rows } = await db.query<SeededUses["followed"]>(
    `SELECT x.token_id AS token, x.family_id AS family, x.user_id AS user, x.ip FROM token_use x
     WHERE x.outcome = 'issued' AND x.user_id IS NOT NULL AND x.received_at < (SELECT max(received_at) FROM token_use) - interval '12 hours'
     ORDER BY x.received_at DESC LIMIT 1`,
  );
  const [followed] = rows;
  if (followed === undefined) throw new Error("nobody was given a token");
  return followed;
}

async function insertParties(db: pg.Client): Promise<Parties> {
  const at = new Date();
  const clients = Array.from({ length: CLIENTS }, (_, n) => ({ id: uuidv7(at), name: `client-${n}` }));
  const verifiers = Array.from({ length: VERIFIERS }, (_, n) => ({
    id: uuidv7(at),
    name: `gateway-${n}${n % 3 === 0 ? "-introspects" : ""}`,
  }));
  await db.query(
    `INSERT INTO client (id, client_id, name, kind, token_format, grant_types, redirect_uris, post_logout_redirect_uris, created_at, updated_at)
     SELECT id, name, name, 'service', 'jwt', '{client_credentials}', '{}', '{}', now(), now() FROM json_to_recordset($1::json) AS c(id uuid, name text)`,
    [JSON.stringify(clients)],
  );
  await db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) SELECT id, name, now(), now() FROM json_to_recordset($1::json) AS v(id uuid, name text)",
    [JSON.stringify(verifiers)],
  );
  return { clients, verifiers };
}

/** Fills the log by COPY, day by day into its partitions: uses with skew by client, token, place and hour, of the days before today. */
export async function seedUses(
  url: string,
  { rows, days, log }: { rows: number; days: number; log(line: string): void },
): Promise<SeededUses> {
  const db = new pg.Client({ connectionString: url, application_name: "tokenwarden bench seed" });
  await db.connect();
  try {
    const parties = await insertParties(db);
    await db.query("SELECT ensure_partitions(now() - make_interval(days => $1), now() + interval '2 days')", [
      days + 1,
    ]);
    const random = new RandomIds(4_711);
    const writer = random.uuidv7(Date.now());
    const startedAt = performance.now();
    let written = 0;
    for (const { day, count } of daysOf(rows, days, new Date())) {
      const name = `partitions.token_use_${new Date(day).toISOString().slice(0, 10).replaceAll("-", "")}`;
      const copy = new RowCopy(db, `COPY ${name} (${USE_COLUMNS}) FROM STDIN`);
      for (const line of usesOfDay(random, parties, { day, count, writer })) {
        copy.add(line);
        written += 1;
        if (written % 1_000 === 0) await copy.flush();
      }
      await copy.end();
      if (Math.round((day / DAY_MS) % 15) === 0) log(`uses: ${written} of ${rows}`);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    await db.query("VACUUM (ANALYZE) token_use");
    await seedRegister(db, USERS);
    const {
      rows: [size],
    } = await db.query<{ bytes: string }>(
      "SELECT sum(pg_total_relation_size(relid)) AS bytes FROM pg_partition_tree('token_use')",
    );
    const bytes = Number(size?.bytes ?? 0);
    return { parties, rows: written, seconds, bytes, followed: await findFollowed(db) };
  } finally {
    await db.end();
  }
}
