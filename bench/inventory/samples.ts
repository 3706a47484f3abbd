import type { Database } from "#lib/db/database.ts";
import type { Samples } from "./questions.ts";

/** A family that was renewed, its session, a busy address: something of everything that is asked for by name. */
export async function findSamples(db: Database, until: Date): Promise<Samples> {
  const [row] = await db.query<Omit<Samples, "address" | "keys">>(
    `SELECT user_id AS "userId", family_id AS "familyId", session_uid AS "sessionUid", encode(value_hash, 'hex') AS hash FROM token
     WHERE issued_at > $1::timestamptz - interval '2 days' AND parent_id IS NOT NULL ORDER BY issued_at, id LIMIT 1`,
    [until],
  );
  const [service] = await db.query<{ ip: string }>(
    "SELECT ip FROM token WHERE grant_type = 'client_credentials' ORDER BY issued_at DESC LIMIT 1",
  );
  const keys = await db.query<{ kid: string }>(
    "SELECT kid FROM signing_key WHERE purpose = 'access_token' AND created_at < $1::timestamptz ORDER BY created_at",
    [until],
  );
  const [old, , rare, common] = keys.map(({ kid }) => kid);
  if (row === undefined || service === undefined || common === undefined)
    throw new Error("the register has no renewed family to ask for");
  return { ...row, address: service.ip, keys: { old: old as string, rare: rare as string, common } };
}
