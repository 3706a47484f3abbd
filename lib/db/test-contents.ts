import { createHash } from "node:crypto";
import pg from "pg";

/** What a look at a database notes, and no act: when somebody was last seen. */
const SEEN: Record<string, readonly string[]> = {
  api_token: ["last_used_at", "last_used_ip"],
  admin_session: ["last_seen_at"],
};

/** What stands in a database, table by table. */
export type Contents = {
  /** Of each table a hash of all of its rows, but for what notes when somebody was last seen. */
  read(): Promise<ReadonlyMap<string, string>>;
  /** The rows of each table, as a dump has them. */
  dump(): Promise<ReadonlyMap<string, string>>;
  /** One statement as the database's owner. */
  run(sql: string): Promise<void>;
  end(): Promise<void>;
};

/** The tables whose rows are others than they were. */
export function changedTables(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...after].filter(([table, hash]) => before.get(table) !== hash).map(([table]) => table);
}

/** Looks into a database as its owner, so that no grant hides a row. */
export async function openContents(url: string): Promise<Contents> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string; at: string }>(
    `SELECT c.relname AS name, format('%I.%I', n.nspname, c.relname) AS at FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`,
  );
  const statement = tables
    .map(({ name, at }) => {
      const row = (SEEN[name] ?? []).reduce((text, column) => `${text} - '${column}'`, "to_jsonb(t)");
      const text = SEEN[name] === undefined ? "t::text" : `(${row})::text`;
      return `SELECT '${name}' AS name, (SELECT string_agg(${text}, E'\\n' ORDER BY ${text}) FROM ${at} t) AS rows`;
    })
    .join(" UNION ALL ");
  const dump = async () => {
    const { rows } = await client.query<{ name: string; rows: string | null }>(statement);
    return new Map(rows.map((one) => [one.name, one.rows ?? ""]));
  };
  return {
    dump,
    async read() {
      const hashOf = (rows: string) => createHash("sha256").update(rows).digest("hex");
      return new Map([...(await dump())].map(([name, rows]) => [name, hashOf(rows)]));
    },
    async run(sql) {
      await client.query(sql);
    },
    end: () => client.end(),
  };
}
