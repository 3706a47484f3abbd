import type { Database } from "#lib/db/database.ts";

/** What is on record, by what it is the record of. */
export type Evidence = Record<
  "introspection" | "verify" | "issue_jwt" | "code_exchange" | "refresh" | "revocation",
  number
>;

/** Counts the rows that answered requests must have left behind. */
export async function countEvidence(db: Database): Promise<Evidence> {
  // an exchange gives an access token; what a refresh token gave names it as its parent
  const issued = `SELECT count(*) FROM token_use u JOIN token t ON t.issued_at = uuid_extract_timestamp(u.token_id) AND t.id = u.token_id
    WHERE outcome = 'issued' AND t.kind = 'access' AND`;
  const [row] = await db.query<Record<keyof Evidence, bigint>>(`
    SELECT (SELECT count(*) FROM token_use WHERE source = 'introspection') AS introspection,
      (SELECT count(*) FROM token_use WHERE source = 'forward_auth') AS verify,
      (${issued} t.user_id IS NULL) AS issue_jwt,
      (${issued} t.user_id IS NOT NULL AND t.parent_id IS NULL) AS code_exchange,
      (${issued} t.parent_id IS NOT NULL) AS refresh,
      (SELECT count(*) FROM audit_entry WHERE act = 'token.revoked') AS revocation`);
  if (row === undefined) throw new Error("the evidence cannot be counted");
  return {
    introspection: Number(row.introspection),
    verify: Number(row.verify),
    issue_jwt: Number(row.issue_jwt),
    code_exchange: Number(row.code_exchange),
    refresh: Number(row.refresh),
    revocation: Number(row.revocation),
  };
}
