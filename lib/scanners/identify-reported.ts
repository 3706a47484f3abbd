import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type Holder, holderName, targetName } from "../revocations/target-name.ts";
import type { FindingKind, OwnSecretKind } from "./model.ts";
import { findOwnSecrets, type OwnSecret } from "./own-secrets.ts";
import type { ReportedValue } from "./read-report.ts";

type TokenOfOurs = { tokenId: string; familyId: string; tokenKind: "access" | "refresh" };

type NoToken = { tokenId: null; familyId: null; tokenKind: null };

/** What a reported value is of ours; of a secret, whether this very one has not ended: it is taken, or will again with whose it is. */
export type Identified = { kind: FindingKind; name: string; clientId: string | null } & (
  | ({ kind: "token" | "altered" } & TokenOfOurs)
  | ({ kind: "client_secret"; isTaken: boolean } & NoToken)
  | ({ kind: OwnSecretKind; secret: OwnSecret } & NoToken)
);

type TokenRecord = Holder & { id: string; hash: string; familyId: string; kind: "access" | "refresh" };

async function findTokens(db: Sql, values: readonly ReportedValue[]): Promise<TokenRecord[]> {
  const hashes = values.map(({ hash }) => hash);
  const ids = values.flatMap(({ jti }) => jti ?? []);
  return run<TokenRecord>(
    db,
    sql`WITH named AS (
        SELECT t.id, t.issued_at FROM unnest(${hashes}::bytea[]) AS h(hash) JOIN token t ON t.value_hash = h.hash
        UNION
        SELECT t.id, t.issued_at FROM unnest(${ids}::uuid[]) AS p(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id)
      SELECT t.id, encode(t.value_hash, 'hex') AS hash, t.family_id AS "familyId", t.kind, t.user_id AS "userId", u.email,
        t.client_id AS "clientUuid", c.client_id AS "clientId"
      FROM named n JOIN token t ON t.issued_at = n.issued_at AND t.id = n.id
        LEFT JOIN user_account u ON u.id = t.user_id LEFT JOIN client c ON c.id = t.client_id`,
  );
}

async function findClientSecrets(db: Sql, values: readonly ReportedValue[], now: Date) {
  return run<{ hash: string; id: string; clientId: string; isTaken: boolean }>(
    db,
    sql`SELECT encode(s.secret_hash, 'hex') AS hash, c.id, c.client_id AS "clientId",
        s.expires_at IS NULL OR s.expires_at > ${now}::timestamptz AS "isTaken" FROM unnest(${values.map(({ hash }) => hash)}::bytea[]) AS h(hash)
      JOIN client_secret s ON s.secret_hash = h.hash JOIN client c ON c.id = s.client_id`,
  );
}

/**
 * What each value is, in their order; null for what is nothing of ours. A value counts as a token where it is the very one that was issued. One that only bears its
 * id is `altered`: anybody who knows an id can write that, so nothing may be taken back for it.
 */
export async function identifyReported(
  db: Sql,
  values: readonly ReportedValue[],
  now: Date,
): Promise<(Identified | null)[]> {
  const tokens = await findTokens(db, values);
  const secrets = new Map((await findClientSecrets(db, values, now)).map((row) => [row.hash, row]));
  const own = await findOwnSecrets(
    db,
    values.map(({ hash }) => hash),
    now,
  );
  const byHash = new Map(tokens.map((token) => [token.hash, token]));
  const byId = new Map(tokens.map((token) => [token.id, token]));
  return values.map(({ hash, jti }): Identified | null => {
    const hex = hash.toString("hex");
    const same = byHash.get(hex);
    const token = same ?? (jti === null ? undefined : byId.get(jti));
    if (token !== undefined)
      return {
        kind: same === undefined ? "altered" : "token",
        name: targetName(`${token.kind} token`, token.id, holderName(token)),
        tokenId: token.id,
        familyId: token.familyId,
        tokenKind: token.kind,
        clientId: token.clientUuid,
      };
    const secret = secrets.get(hex);
    const ofOurs = own.get(hex);
    if (ofOurs !== undefined)
      return {
        kind: ofOurs.kind,
        name: ofOurs.name,
        secret: ofOurs,
        clientId: null,
        tokenId: null,
        familyId: null,
        tokenKind: null,
      };
    if (secret === undefined) return null;
    return {
      kind: "client_secret",
      name: `a secret of ${secret.clientId}`,
      clientId: secret.id,
      tokenId: null,
      familyId: null,
      tokenKind: null,
      isTaken: secret.isTaken,
    };
  });
}
