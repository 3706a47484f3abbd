import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { inject } from "vitest";
import type { Database } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { listMigrationNames } from "#lib/db/migration-files.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createOwnedDatabase, urlOfDatabase } from "#server/embedded-database/create-database.ts";

const OURS = path.resolve(import.meta.dirname, "../../prisma/migrations");

/** A folder with the first `count` migrations of ours; without a number, all. */
export function copyMigrations(count?: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-upgrade-"));
  cpSync(path.join(OURS, "migration_lock.toml"), path.join(folder, "migration_lock.toml"));
  for (const name of listMigrationNames().slice(0, count))
    cpSync(path.join(OURS, name), path.join(folder, name), { recursive: true });
  return folder;
}

export function addMigration(folder: string, name: string, sql: string): void {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, "migration.sql"), sql);
}

const ISSUE = `
  WITH registered AS (
    INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at, expires_at,
      value_hash)
    VALUES ($1, uuid_extract_timestamp($1), 'access', 'jwt', $2, 'service', $1, 'client_credentials', '{api-1:read}', '{}', '{}', '{api-1}', '{}',
      uuid_extract_timestamp($1), uuid_extract_timestamp($1) + interval '1 hour', sha256($1::text::bytea))
  ), labelled AS (
    INSERT INTO token_label (kind, label, issued_at, token_id)
    VALUES ('scope', 'api-1:read', uuid_extract_timestamp($1), $1), ('audience', 'api-1', uuid_extract_timestamp($1), $1)
  )
  INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, writer_id, flush, ordinal, salt)
  VALUES (gen_random_uuid(), uuid_extract_timestamp($1), uuid_extract_timestamp($1), 'issued', 'issue', $1, 'access', $1, $2, 'service', gen_random_uuid(), 1, 0,
    '\\x00')`;

/** Issues a token by the first version's statement; returns its id. */
export async function issueAsFirstVersion(db: Database, clientId: string): Promise<string> {
  const id = uuidv7(new Date());
  await db.query(ISSUE, [id, clientId]);
  return id;
}

/** A database of the first version that ever was: its one migration, and data that it could hold. */
export async function firstVersionDatabase(rows: number): Promise<string> {
  const admin = inject("databaseAdminUrl");
  const name = `first_${randomBytes(6).toString("hex")}`;
  await createOwnedDatabase(admin, name);
  const url = urlOfDatabase(inject("databaseTemplateUrl"), name);
  await migrate(url, { migrationsDir: copyMigrations(1) });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(SEED.replaceAll("ROWS", String(rows)));
  } finally {
    await client.end();
  }
  return url;
}

// lists that a create did not name were NULL in the first version
const SEED = `
  SET ROLE tokenwarden_app;
  INSERT INTO audience (id, name, title, resource_uri, created_at) SELECT gen_random_uuid(), 'api-' || n, 'API ' || n, 'https://api-' || n || '.example.com/', now() FROM generate_series(1, 20) n;
  INSERT INTO permission (id, audience_id, name) SELECT gen_random_uuid(), id, name || ':read' FROM audience;
  INSERT INTO client (id, client_id, name, kind, token_format, grant_types, created_at, updated_at)
    SELECT gen_random_uuid(), 'service-' || n, 'Service ' || n, 'service', 'jwt', '{client_credentials}', now(), now() FROM generate_series(1, 200) n;
  INSERT INTO user_account (id, email, name, created_at, updated_at)
    SELECT gen_random_uuid(), 'person-' || n || '@example.com', 'Person ' || n, now(), now() FROM generate_series(1, 2000) n;
  INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES (gen_random_uuid(), 'owner@example.com', 'Owner', 'owner', 'x', '\\x00', now());
  CREATE TEMP TABLE seed AS
    SELECT uuidv7(-(n % 7200) * interval '1 second') AS id, n, (SELECT array_agg(id) FROM client) AS clients FROM generate_series(1, ROWS) n;
  INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, rooted_at, expires_at, value_hash)
    SELECT id, uuid_extract_timestamp(id), 'access', 'jwt', clients[1 + n % 200], 'service', gen_random_uuid(), 'client_credentials', '{api-1:read}', '{}', '{}', '{api-1}',
      uuid_extract_timestamp(id), now() + interval '1 hour', sha256(id::text::bytea) FROM seed;
  INSERT INTO token_family (id, client_id, session_uid, rooted_at) SELECT family_id, client_id, 'session-' || family_id, rooted_at FROM token;
  INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) SELECT id, now(), gen_random_uuid() FROM seed WHERE n % 50 = 0;
  INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, writer_id, flush, ordinal, salt)
    SELECT uuidv7(), issued_at, issued_at, 'issued', 'issue', id, kind, family_id, client_id, subject, gen_random_uuid(), 1, 1, '\\x00' FROM token;
  RESET ROLE;
`;

/** What the first version knew of tables that have gained columns since. */
const KNOWN: Record<string, string> = {
  client: "t.id, t.client_id, t.grant_types, coalesce(t.redirect_uris, '{}'), t.created_at",
  audience: "t.id, t.name, t.title, t.resource_uri, t.created_at",
  token: `t.id, t.issued_at, t.kind, t.format, t.client_id, t.user_id, t.subject, t.family_id, t.parent_id, t.session_uid, t.grant_type, t.scopes, t.groups,
    t.roles, t.audiences, t.claims, t.signing_kid, t.rooted_at, t.expires_at, t.ip, t.user_agent, t.value_hash`,
  token_standing:
    "t.token_id, t.revoked_at, t.revoked_order_id, t.suspended_at, t.suspended_until, t.suspended_order_id",
  user_account:
    "t.id, t.email, t.name, t.password_hash, t.attributes, t.disabled_at, t.created_at, t.updated_at, t.last_sign_in_at, t.version",
  token_use: `t.id, t.received_at, t.at, t.outcome, t.refusal, t.source, t.token_id, t.token_kind, t.family_id, t.client_id, t.user_id, t.subject, t.verifier_id,
    t.audience, t.method, t.path, t.ip, t.country, t.user_agent, t.writer_id, t.flush, t.ordinal, t.salt`,
};

const TABLES = ["token", "token_use", "token_family", "token_standing", "client", "user_account", "audience"];

/** A fingerprint of each table by what the first version knew of its rows; lists of the client as later versions read them. */
export async function fingerprints(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found: Record<string, string> = {};
    for (const table of TABLES) {
      const row = KNOWN[table] ?? "t.*";
      const { rows } = await client.query<{ count: string; hash: string }>(
        `SELECT count(*), sum(hashtextextended(ROW(${row})::text, 0)) AS hash FROM ${table} t`,
      );
      found[table] = `${rows[0]?.count} ${rows[0]?.hash}`;
    }
    return found;
  } finally {
    await client.end();
  }
}
