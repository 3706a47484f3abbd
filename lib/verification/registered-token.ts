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
export type RegisterEntry = { token: HeldToken; valueHash: Buffer };

type TokenRecord = Omit<RegisteredToken, "rootedAtMs" | "issuedAtMs" | "expiresAtMs"> & {
  rootedAt: Date;
  issuedAt: Date;
  expiresAt: Date;
  valueHash: Buffer;
};

type Own = "id" | "familyId" | "sessionUid" | "rootedAtMs" | "issuedAtMs" | "expiresAtMs";
/** What the tokens of one holder have in common. */
export type TokenFacts = Omit<RegisteredToken, Own>;

/** A registered token that shares with others what they have in common. */
export class HeldToken implements RegisteredToken {
  readonly facts: TokenFacts;
  readonly id: string;
  readonly familyId: string;
  readonly sessionUid: string | null;
  readonly rootedAtMs: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;

  constructor(facts: TokenFacts, own: Pick<RegisteredToken, Own>) {
    this.facts = facts;
    this.id = own.id;
    this.familyId = own.familyId;
    this.sessionUid = own.sessionUid;
    this.rootedAtMs = own.rootedAtMs;
    this.issuedAtMs = own.issuedAtMs;
    this.expiresAtMs = own.expiresAtMs;
  }

  get kind() {
    return this.facts.kind;
  }
  get format() {
    return this.facts.format;
  }
  get clientId() {
    return this.facts.clientId;
  }
  get userId() {
    return this.facts.userId;
  }
  get subject() {
    return this.facts.subject;
  }
  get grantType() {
    return this.facts.grantType;
  }
  get scopes() {
    return this.facts.scopes;
  }
  get groups() {
    return this.facts.groups;
  }
  get roles() {
    return this.facts.roles;
  }
  get audiences() {
    return this.facts.audiences;
  }
  get claims() {
    return this.facts.claims;
  }
  get signingKid() {
    return this.facts.signingKid;
  }
}

function entryOf(record: TokenRecord, shared: SharedValues): RegisterEntry {
  const facts = shared.record<TokenFacts>({
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
  const token = new HeldToken(facts, {
    id: record.id,
    familyId: record.familyId,
    sessionUid: shared.text(record.sessionUid),
    rootedAtMs: record.rootedAt.getTime(),
    issuedAtMs: record.issuedAt.getTime(),
    expiresAtMs: record.expiresAt.getTime(),
  });
  return { token, valueHash: record.valueHash };
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
      const found = new Map(records.map((record) => [record.id, entryOf(record, shared)]));
      return keys.map((key) => found.get(key.id) ?? null);
    },
  });
  return async (id) => {
    const issuedAt = uuidv7Time(id);
    return issuedAt === null ? null : batcher.add({ id, issuedAt });
  };
}
