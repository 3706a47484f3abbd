import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { VerifierDetail } from "./model.ts";

/**
 * Makes a verifier's audiences exactly these. Those that are taken away are remembered: it may go on to accept their tokens.
 *
 * @throws {DomainError} INVALID_INPUT naming those that do not exist.
 */
export async function saveVerifierAudiences(
  tx: Sql,
  { verifierId, audienceIds, now }: { verifierId: string; audienceIds: readonly string[]; now: Date },
): Promise<void> {
  const found = await tx.query<{ id: string }>("SELECT id FROM audience WHERE id = ANY ($1::uuid[])", [
    audienceIds,
  ]);
  const known = new Set(found.map((row) => row.id));
  const fields = audienceIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `audienceIds.${index}`, message: "is no audience" }],
  );
  if (fields.length > 0) throw new DomainError("INVALID_INPUT", "An audience does not exist.", { fields });
  await tx.query(
    `WITH gone AS (DELETE FROM verifier_audience WHERE verifier_id = $1::uuid AND audience_id <> ALL ($2::uuid[]) RETURNING audience_id)
     INSERT INTO former_verifier_audience (verifier_id, audience_id, removed_at) SELECT $1::uuid, audience_id, $3::timestamptz FROM gone
     ON CONFLICT (verifier_id, audience_id) DO UPDATE SET removed_at = excluded.removed_at`,
    [verifierId, audienceIds, now],
  );
  await tx.query(
    "INSERT INTO verifier_audience (verifier_id, audience_id) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
    [verifierId, audienceIds],
  );
}

/** Verifiers are named one at a time. @throws {DomainError} CONFLICT */
export async function requireFreeVerifierName(
  tx: Sql,
  { id, name }: { id: string; name: string },
): Promise<void> {
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.verifiers'))) l",
  );
  const rows = await tx.query("SELECT id FROM verifier WHERE name = $1::text AND id <> $2::uuid", [name, id]);
  if (rows.length > 0)
    throw new DomainError("CONFLICT", "A verifier with this name exists.", {
      fields: [{ path: "name", message: "is in use" }],
    });
}

/** What an audit entry tells of a verifier. */
export function auditedVerifier(verifier: VerifierDetail): Record<string, unknown> {
  return {
    name: verifier.name,
    description: verifier.description,
    mode: verifier.mode,
    maxStalenessSeconds: verifier.maxStalenessSeconds,
    auditMode: verifier.auditMode,
    checkWay: verifier.checkWay,
    audiences: verifier.audiences.map((audience) => audience.name),
  };
}
