import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, type FieldProblem } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { AudiencePermission } from "./model.ts";

type Wanted = { name: string; description: string };

/** Makes the audience's permissions what is wanted: by name, those that stay keep their id and whoever has them. */
export async function savePermissions(
  tx: Sql,
  ctx: Context,
  { audienceId, had, wanted }: { audienceId: string; had: AudiencePermission[]; wanted: Wanted[] },
): Promise<void> {
  const names = wanted.map((permission) => permission.name);
  const gone = had.filter((permission) => !names.includes(permission.name));
  for (const { id } of gone) await tx.query("DELETE FROM permission WHERE id = $1::uuid", [id]);
  for (const { name, description } of wanted) {
    await tx.query(
      `INSERT INTO permission (id, audience_id, name, description) VALUES ($1::uuid, $2::uuid, $3::text, $4::text)
       ON CONFLICT (name) DO UPDATE SET description = excluded.description
       WHERE permission.audience_id = excluded.audience_id AND permission.description <> excluded.description`,
      [uuidv7(ctx.now), audienceId, name, description],
    );
  }
}

/** Audiences and their permissions are changed one at a time: what is so stays so until the transaction ends. */
export async function lockAudiences(tx: Sql): Promise<void> {
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.audiences'))) l",
  );
}

/**
 * Audiences are changed one at a time, so that what was free stays free.
 *
 * @throws {DomainError} CONFLICT naming each field whose value another audience has.
 */
export async function requireFreeNames(
  tx: Sql,
  wanted: { id: string; name?: string; resourceUri: string; permissions: Wanted[] },
): Promise<void> {
  await lockAudiences(tx);
  const fields: FieldProblem[] = [];
  const taken = async (path: string, text: string, values: readonly string[]) => {
    const rows = await tx.query(text, [...values, wanted.id]);
    if (rows.length > 0) fields.push({ path, message: "is in use" });
  };
  if (wanted.name !== undefined)
    await taken("name", "SELECT id FROM audience WHERE name = $1::text AND id <> $2::uuid", [wanted.name]);
  await taken("resourceUri", "SELECT id FROM audience WHERE resource_uri = $1::text AND id <> $2::uuid", [
    wanted.resourceUri,
  ]);
  for (const [index, { name }] of wanted.permissions.entries())
    await taken(
      `permissions.${index}.name`,
      "SELECT id FROM permission WHERE name = $1::text AND audience_id <> $2::uuid",
      [name],
    );
  if (fields.length > 0) throw new DomainError("CONFLICT", "Another audience has this already.", { fields });
}
