import { hash } from "@node-rs/argon2";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { addRows } from "./add-rows.ts";
import type { CompletedCredentials } from "./credentials.ts";
import { SAMPLE_AUDIENCES, SAMPLE_GROUPS, sampleResourceUri } from "./sample-directory.ts";
import { samplePeople } from "./sample-people.ts";

/**
 * A generated password cannot be guessed, so that stretching it buys nothing; the lightest argon2id keeps hundreds of sample
 * sign-ins from heating the machine.
 */
const LIGHT = { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 } as const;

/** What was added of the directory, by name and e-mail address. */
export type AddedDirectory = Record<"audiences" | "permissions" | "groups" | "users", ReadonlySet<string>>;

/** Adds the sample audiences, permissions, groups and people that are missing, and their links where either end is new. */
export async function addSampleDirectory(
  tx: Sql,
  ctx: Context,
  completed: CompletedCredentials,
): Promise<AddedDirectory> {
  const base = () => ({ id: uuidv7(ctx.now), at: ctx.now });
  const audiences = await addRows(
    tx,
    `INSERT INTO audience (id, name, title, resource_uri, created_at)
     SELECT id, name, title, uri, at FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, name text, title text, uri text, at timestamptz)
     ON CONFLICT DO NOTHING RETURNING name AS key`,
    SAMPLE_AUDIENCES.map(({ name, title }) => ({ ...base(), name, title, uri: sampleResourceUri(name) })),
  );
  const permissions = await addRows(
    tx,
    `INSERT INTO permission (id, audience_id, name, description)
     SELECT r.id, a.id, r.name, r.description
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, audience text, name text, description text) JOIN audience a ON a.name = r.audience
     ON CONFLICT DO NOTHING RETURNING name AS key`,
    SAMPLE_AUDIENCES.flatMap(({ name: audience, permissions }) =>
      Object.entries(permissions).map(([name, description]) => ({ ...base(), audience, name, description })),
    ),
  );
  const groups = await addRows(
    tx,
    `INSERT INTO user_group (id, name, description, created_at)
     SELECT id, name, description, at FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, name text, description text, at timestamptz)
     ON CONFLICT DO NOTHING RETURNING name AS key`,
    SAMPLE_GROUPS.map(({ name, description }) => ({ ...base(), name, description })),
  );
  const people = samplePeople();
  const passwordHash = await hash(completed.credentials.user.password, LIGHT);
  const users = await addRows(
    tx,
    `INSERT INTO user_account (id, email, name, password_hash, attributes, created_at, updated_at)
     SELECT id, email, name, "passwordHash", attributes, at, at
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, email text, name text, "passwordHash" text, attributes jsonb, at timestamptz)
     ON CONFLICT DO NOTHING RETURNING email AS key`,
    people.map(({ email, name, country }) => ({
      ...base(),
      email,
      name,
      passwordHash,
      attributes: { country },
    })),
  );
  if (completed.isPasswordNew)
    await tx.query(
      `UPDATE user_account SET password_hash = $1::text, updated_at = $2::timestamptz, version = version + 1
       WHERE email IN (SELECT jsonb_array_elements_text($3::jsonb))`,
      [
        passwordHash,
        ctx.now,
        JSON.stringify(people.map(({ email }) => email).filter((email) => !users.has(email))),
      ],
    );
  await addRows(
    tx,
    `INSERT INTO group_permission (group_id, permission_id)
     SELECT g.id, p.id FROM jsonb_to_recordset($1::jsonb) AS r("group" text, permission text)
     JOIN user_group g ON g.name = r."group" JOIN permission p ON p.name = r.permission
     ON CONFLICT DO NOTHING RETURNING group_id::text AS key`,
    SAMPLE_GROUPS.flatMap(({ name, permissions: given }) =>
      given
        .filter((permission) => groups.has(name) || permissions.has(permission))
        .map((permission) => ({ group: name, permission })),
    ),
  );
  await addRows(
    tx,
    `INSERT INTO group_member (group_id, user_id)
     SELECT g.id, u.id FROM jsonb_to_recordset($1::jsonb) AS r("group" text, email text)
     JOIN user_group g ON g.name = r."group" JOIN user_account u ON u.email = r.email
     ON CONFLICT DO NOTHING RETURNING group_id::text AS key`,
    people.flatMap(({ email, groups: joined }) =>
      joined.filter((group) => groups.has(group) || users.has(email)).map((group) => ({ group, email })),
    ),
  );
  return { audiences, permissions, groups, users };
}
