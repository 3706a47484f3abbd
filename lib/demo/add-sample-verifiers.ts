import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { addRows } from "./add-rows.ts";
import type { AddedDirectory } from "./add-sample-directory.ts";
import type { CompletedCredentials } from "./credentials.ts";
import { SAMPLE_VERIFIERS } from "./sample-clients.ts";

/** Adds the sample verifiers that are missing, and puts in secrets that were made anew. */
export async function addSampleVerifiers(
  tx: Sql,
  ctx: Context,
  directory: AddedDirectory,
  completed: CompletedCredentials,
) {
  const { verifierSecrets } = completed.credentials;
  const rows = SAMPLE_VERIFIERS.map((verifier) => ({
    id: uuidv7(ctx.now),
    at: ctx.now,
    ...verifier,
    hash: hashSecret(verifierSecrets[verifier.name] as string).toString("hex"),
    hint: (verifierSecrets[verifier.name] as string).slice(-4),
  }));
  const verifiers = await addRows(
    tx,
    `INSERT INTO verifier (id, name, description, mode, max_staleness_seconds, check_way, created_at, updated_at)
     SELECT id, name, description, mode, "maxStalenessSeconds", "checkWay", at, at
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, name text, description text, mode text, "maxStalenessSeconds" int,
       "checkWay" text, at timestamptz)
     ON CONFLICT DO NOTHING RETURNING name AS key`,
    rows,
  );
  const renewed = rows.filter(({ name }) => verifiers.has(name) || completed.newVerifierSecrets.has(name));
  await tx.query(
    "DELETE FROM verifier_secret s USING verifier v WHERE v.id = s.verifier_id AND v.name = ANY ($1::text[])",
    [renewed.map(({ name }) => name)],
  );
  await addRows(
    tx,
    `INSERT INTO verifier_secret (id, verifier_id, secret_hash, hint, created_at)
     SELECT r.id, v.id, decode(r.hash, 'hex'), r.hint, r.at
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, name text, hash text, hint text, at timestamptz) JOIN verifier v ON v.name = r.name
     RETURNING id::text AS key`,
    renewed.map((row) => ({ ...row, id: uuidv7(ctx.now) })),
  );
  await addRows(
    tx,
    `INSERT INTO verifier_audience (verifier_id, audience_id)
     SELECT v.id, a.id FROM jsonb_to_recordset($1::jsonb) AS r(verifier text, audience text)
     JOIN verifier v ON v.name = r.verifier JOIN audience a ON a.name = r.audience
     ON CONFLICT DO NOTHING RETURNING verifier_id::text AS key`,
    SAMPLE_VERIFIERS.flatMap(({ name, audiences }) =>
      audiences
        .filter((audience) => verifiers.has(name) || directory.audiences.has(audience))
        .map((audience) => ({ verifier: name, audience })),
    ),
  );
  return verifiers;
}
