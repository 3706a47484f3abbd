import pg from "pg";

const EXTENSIONS = ["pg_trgm", "btree_gin", "pgcrypto"];

async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

/** Creates the login role that owns the product's database: no superuser, but it may create the roles of migrations. */
export async function createOwnerRole(adminUrl: string, password: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'tokenwarden'");
    const act = rowCount ? "ALTER" : "CREATE";
    await client.query(`${act} ROLE tokenwarden LOGIN CREATEROLE PASSWORD ${client.escapeLiteral(password)}`);
  });
}

/** Creates a database owned by `tokenwarden`, with the extensions that only a superuser may add; idempotent. */
export async function createOwnedDatabase(adminUrl: string, database: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (!rowCount) {
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)} OWNER tokenwarden`);
    }
  });
  await withClient(urlOfDatabase(adminUrl, database), async (client) => {
    for (const extension of EXTENSIONS) await client.query(`CREATE EXTENSION IF NOT EXISTS ${extension}`);
  });
}
