import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import type { OrderSubject } from "../revocations/model.ts";
import type { TokenFormat, TokenKind } from "../tokens/model.ts";

/** What the register says of a token, as far as verification needs it. Nothing here ever changes. */
export type RegisteredToken = OrderSubject & {
  kind: TokenKind;
  format: TokenFormat;
  subject: string;
  grantType: string;
  roles: readonly string[];
  claims: Record<string, unknown>;
  issuedAtMs: number;
  expiresAtMs: number;
  valueHash: Buffer;
};

type TokenRecord = Omit<RegisteredToken, "rootedAtMs" | "issuedAtMs" | "expiresAtMs"> & {
  rootedAt: Date;
  issuedAt: Date;
  expiresAt: Date;
};

const FIND = prepared(`
  SELECT t.id, t.kind, t.format, t.client_id AS "clientId", t.user_id AS "userId", t.subject, t.family_id AS "familyId",
    t.session_uid AS "sessionUid", t.grant_type AS "grantType", t.scopes, t.groups, t.roles, t.audiences, t.claims,
    t.signing_kid AS "signingKid", t.rooted_at AS "rootedAt", t.issued_at AS "issuedAt", t.expires_at AS "expiresAt", t.value_hash AS "valueHash"
  FROM unnest($1::uuid[], $2::timestamptz[]) AS k(id, issued_at) JOIN token t ON t.issued_at = k.issued_at AND t.id = k.id`);

/** Finds registered tokens by id; look-ups of the same moment share one statement. An id that is no UUIDv7 is nobody's. */
export function createTokenFinder(db: Sql): (id: string) => Promise<RegisteredToken | null> {
  const batcher = createBatcher<{ id: string; issuedAt: Date }, RegisteredToken | null>({
    maxBatch: 500,
    maxInFlight: 2,
    run: async (keys) => {
      const records = await db.query<TokenRecord>(FIND, [
        keys.map((key) => key.id),
        keys.map((key) => key.issuedAt),
      ]);
      const found = new Map(
        records.map(({ rootedAt, issuedAt, expiresAt, ...record }) => [
          record.id,
          {
            ...record,
            rootedAtMs: rootedAt.getTime(),
            issuedAtMs: issuedAt.getTime(),
            expiresAtMs: expiresAt.getTime(),
          },
        ]),
      );
      return keys.map((key) => found.get(key.id) ?? null);
    },
  });
  return async (id) => {
    const issuedAt = uuidv7Time(id);
    return issuedAt === null ? null : batcher.add({ id, issuedAt });
  };
}
