import pg from "pg";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { insertKeys } from "./insert-keys.ts";
import { insertRegistry } from "./insert-registry.ts";
import { TokenInventor } from "./invent-tokens.ts";
import { placePastOrders } from "./place-past-orders.ts";
import { inventOrganisation } from "./synthetic-organisation.ts";
import { TableLoader } from "./table-loader.ts";
import { WeekLoader, weekOf } from "./week-loader.ts";

const DAY_MS = 86_400_000;
/** As long as expired tokens are kept by default. */
const DAYS = 90;

const SESSION = `SET maintenance_work_mem = '1536MB'; SET synchronous_commit = off; SET max_parallel_maintenance_workers = 1; SET timezone = 'UTC'`;

async function connect(url: string, stack: AsyncDisposableStack): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "tokenwarden bench seed" });
  await client.connect();
  stack.defer(() => client.end());
  await client.query(SESSION);
  return client;
}

/** Takes the empty partitions of the time to come away from the register, so that filled ones can take their place. */
async function dropEmptyWeeks(db: pg.Client, from: number, until: number): Promise<void> {
  for (const register of ["token", "token_label"])
    for (let week = weekOf(from); week <= until; week += 7 * DAY_MS) {
      const name = `partitions.${register}_${new Date(week).toISOString().slice(0, 10).replaceAll("-", "")}`;
      const { rows } = await db.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [
        name,
      ]);
      if (!rows[0]?.there) continue;
      const { rowCount } = await db.query(`SELECT FROM ${name} LIMIT 1`);
      if (rowCount !== 0) throw new Error(`${name} is not empty: this is no data folder for a benchmark`);
      await db.query(`DROP TABLE ${name}`);
    }
}

export type SeedReport = {
  rows: number;
  seconds: number;
  until: Date;
  phases: Record<string, number>;
  bytes: number;
};

/**
 * Fills an empty, migrated database with synthetic tokens of the last 90 days and all that they name. Of the log of uses it writes nothing:
 * last use and counts are there, the uses themselves are not.
 */
export async function seedInventory(options: {
  url: string;
  rows: number;
  until: Date;
  /** By the master key that is kept beside the data. */
  wrapper: KeyWrapper;
  log(line: string): void;
}): Promise<SeedReport> {
  const { url, rows, until, wrapper, log } = options;
  await using stack = new AsyncDisposableStack();
  const startedAt = performance.now();
  const phases: Record<string, number> = {};
  let phaseFrom = startedAt;
  const ended = (phase: string) => {
    phases[phase] = (performance.now() - phaseFrom) / 1_000;
    log(`${phase}: ${phases[phase]?.toFixed(1)} s`);
    phaseFrom = performance.now();
  };

  const db = await connect(url, stack);
  const from = new Date(until.getTime() - DAYS * DAY_MS);
  const organisation = inventOrganisation(rows, from);
  await insertRegistry(db, organisation, from);
  const kids = await insertKeys(db, organisation, { from, until, wrapper });
  await dropEmptyWeeks(db, from.getTime(), until.getTime());
  ended("registry");

  const loader = async (register: "token" | "token_label") =>
    new WeekLoader(register, { loading: await connect(url, stack), attaching: await connect(url, stack) });
  const tokens = await loader("token");
  const labels = await loader("token_label");
  const whole = async (table: string, columns: string) =>
    TableLoader.open(await connect(url, stack), table, columns);
  const families = await whole("token_family", "id, client_id, user_id, session_uid, rooted_at, expires_at");
  const consumptions = await whole("refresh_consumption", "token_id, family_id, consumed_at");
  const usages = await whole("token_usage", "token_id, last_used_at, use_count, refused_count, last_ip");
  let instant = { at: 0, text: "" };
  const textOf = (at: number) => {
    if (instant.at !== at) instant = { at, text: new Date(at).toISOString() };
    return instant.text;
  };
  const inventor = new TokenInventor(
    organisation,
    {
      token: (_, line) => tokens.add(line),
      label: (at, kind, label, id) => labels.add(`${kind}\t${label}\t${textOf(at)}\t${id}\n`),
      family: (line) => families.add(line),
      consumption: (line) => consumptions.add(line),
      usage: (line) => usages.add(line),
      pause: async (next) => {
        await Promise.all([tokens, labels, families, consumptions, usages].map((one) => one.flush()));
        if (tokens.isOpenFor(next)) return;
        await Promise.all([tokens.open(next), labels.open(next)]);
        log(`${inventor.made} tokens`);
      },
    },
    { rows, from, until, kids },
  );
  await inventor.make();
  await Promise.all([tokens, labels, families, consumptions, usages].map((one) => one.end()));
  ended("tokens");

  await db.query("SELECT ensure_partitions($1, $2)", [from, new Date(until.getTime() + 21 * DAY_MS)]);
  await db.query("ANALYZE");
  ended("analyze");
  await placePastOrders(db, organisation, inventor.specimens, { rows, until });
  ended("orders");
  await db.query("VACUUM ANALYZE token_usage, token_standing, refresh_consumption, token_family");
  ended("vacuum");
  const { rows: sizes } = await db.query<{ bytes: string }>(
    "SELECT pg_database_size(current_database()) AS bytes",
  );
  return {
    rows: inventor.made,
    seconds: (performance.now() - startedAt) / 1_000,
    until,
    phases,
    bytes: Number(sizes[0]?.bytes),
  };
}
