import type { Database } from "#lib/db/database.ts";

/** What is on record, by what it is the record of. */
export type Evidence = Record<"introspection" | "verify" | "issue_jwt" | "revocation", number>;

/** Counts the rows that answered requests must have left behind. */
export async function countEvidence(db: Database): Promise<Evidence> {
  const [row] = await db.query<Record<keyof Evidence, bigint>>(`
    SELECT (SELECT count(*) FROM token_use WHERE source = 'introspection') AS introspection,
      (SELECT count(*) FROM token_use WHERE source = 'forward_auth') AS verify,
      (SELECT count(*) FROM token_use u WHERE outcome = 'issued' AND EXISTS (
        SELECT FROM token t WHERE t.issued_at = uuid_extract_timestamp(u.token_id) AND t.id = u.token_id)) AS issue_jwt,
      (SELECT count(*) FROM audit_entry WHERE act = 'token.revoked') AS revocation`);
  if (row === undefined) throw new Error("the evidence cannot be counted");
  return {
    introspection: Number(row.introspection),
    verify: Number(row.verify),
    issue_jwt: Number(row.issue_jwt),
    revocation: Number(row.revocation),
  };
}
