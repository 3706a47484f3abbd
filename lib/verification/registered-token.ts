import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import type { OrderSubject } from "../revocations/model.ts";
import type { TokenFormat, TokenKind } from "../tokens/model.ts";
import { SharedValues } from "./shared-values.ts";

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
};

/** What the register has of a value: a token, and the SHA-256 that tells whether the value is its own. */
export type RegisterEntry = { token: RegisteredToken; valueHash: Buffer };

type TokenRecord = Omit<RegisteredToken, "rootedAtMs" | "issuedAtMs" | "expiresAtMs"> & {
  rootedAt: Date;
  issuedAt: Date;
  expiresAt: Date;
  valueHash: Buffer;
};

type Own = "id" | "familyId" | "sessionUid" | "rootedAtMs" | "issuedAtMs" | "expiresAtMs";
/** What the tokens of one holder have in common. */
type Common = Omit<RegisteredToken, Own>;

/** A registered token in little memory: an authority holds a hundred thousand, and most of what they say is the same. */
class HeldToken implements RegisteredToken {
  readonly #common: Common;
  readonly id: string;
  readonly familyId: string;
  readonly sessionUid: string | null;
  readonly rootedAtMs: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;

  constructor(record: TokenRecord, shared: SharedValues) {
    this.#common = commonOf(record, shared);
    this.id = record.id;
    // a service's token is a family of its own
    this.familyId = record.familyId === record.id ? record.id : shared.text(record.familyId);
    this.sessionUid = shared.text(record.sessionUid);
    this.rootedAtMs = record.rootedAt.getTime();
    this.issuedAtMs = record.issuedAt.getTime();
    this.expiresAtMs = record.expiresAt.getTime();
  }

  get kind() {
    return this.#common.kind;
  }
  get format() {
    return this.#common.format;
  }
  get clientId() {
    return this.#common.clientId;
  }
  get userId() {
    return this.#common.userId;
  }
  get subject() {
    return this.#common.subject;
  }
  get grantType() {
    return this.#common.grantType;
  }
  get scopes() {
    return this.#common.scopes;
  }
  get groups() {
    return this.#common.groups;
  }
  get roles() {
    return this.#common.roles;
  }
  get audiences() {
    return this.#common.audiences;
  }
  get claims() {
    return this.#common.claims;
  }
  get signingKid() {
    return this.#common.signingKid;
  }
}

function commonOf(record: TokenRecord, shared: SharedValues): Common {
  return shared.record({
    kind: record.kind,
    format: record.format,
    clientId: record.clientId,
    userId: record.userId,
    subject: record.subject,
    grantType: record.grantType,
    scopes: shared.list(record.scopes),
    groups: shared.list(record.groups),
    roles: shared.list(record.roles),
    audiences: shared.list(record.audiences),
    claims: record.claims,
    signingKid: record.signingKid,
  });
}

const FIND = prepared(`
  SELECT t.id, t.kind, t.format, t.client_id AS "clientId", t.user_id AS "userId", t.subject, t.family_id AS "familyId",
    t.session_uid AS "sessionUid", t.grant_type AS "grantType", t.scopes, t.groups, t.roles, t.audiences, t.claims,
    t.signing_kid AS "signingKid", t.rooted_at AS "rootedAt", t.issued_at AS "issuedAt", t.expires_at AS "expiresAt", t.value_hash AS "valueHash"
  FROM unnest($1::uuid[], $2::timestamptz[]) AS k(id, issued_at) JOIN token t ON t.issued_at = k.issued_at AND t.id = k.id`);

/** Finds registered tokens by id; look-ups of the same moment share one statement. An id that is no UUIDv7 is nobody's. */
export function createTokenFinder(db: Sql): (id: string) => Promise<RegisterEntry | null> {
  const shared = new SharedValues();
  const batcher = createBatcher<{ id: string; issuedAt: Date }, RegisterEntry | null>({
    maxBatch: 500,
    maxInFlight: 2,
    run: async (keys) => {
      const records = await db.query<TokenRecord>(FIND, [
        keys.map((key) => key.id),
        keys.map((key) => key.issuedAt),
      ]);
      const found = new Map(
        records.map((record) => [
          record.id,
          { token: new HeldToken(record, shared), valueHash: record.valueHash },
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
