import { createHash, randomUUID } from "node:crypto";
import type { Role } from "../authz/roles.ts";
import type { Actor, Context } from "../context.ts";
import type { Database } from "../db/database.ts";
import { uuidv7 } from "../ids.ts";
import type { CountryOf } from "../places/country-database.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { type NewToken, registerTokens } from "./register.ts";

/** Data for database tests: written as the product writes it. */
export type Fixture = {
  client(clientId: string): Promise<string>;
  user(email: string): Promise<string>;
  /** Registers a token; what is not named is a JWT access token of an hour, issued now, a family of its own. */
  token(change: Partial<NewToken> & { clientId: string }): Promise<NewToken>;
  family(change: {
    clientId: string;
    userId?: string;
    sessionUid?: string;
    rootedAt?: Date;
  }): Promise<string>;
  consume(token: NewToken, at: Date): Promise<void>;
};

export function fixtureOf(db: Database, countryOf?: CountryOf): Fixture {
  const writer = createUseWriter(countryOf && { countryOf });
  return {
    async client(clientId) {
      const id = randomUUID();
      await db.query(
        `INSERT INTO client (id, client_id, name, kind, token_format, grant_types, redirect_uris, post_logout_redirect_uris, created_at, updated_at)
         VALUES ($1, $2, $2, 'service', 'jwt', '{}', '{}', '{}', now(), now())`,
        [id, clientId],
      );
      return id;
    },
    async user(email) {
      const id = randomUUID();
      await db.query(
        "INSERT INTO user_account (id, email, name, created_at, updated_at) VALUES ($1, $2, $2, now(), now())",
        [id, email],
      );
      return id;
    },
    async token(change) {
      const issuedAt = change.issuedAt ?? new Date();
      const id = change.id ?? uuidv7(issuedAt);
      const token: NewToken = {
        id,
        issuedAt,
        kind: "access",
        format: "jwt",
        userId: null,
        subject: change.userId ?? change.clientId,
        familyId: randomUUID(),
        parentId: null,
        sessionUid: null,
        grantType: "client_credentials",
        scopes: [],
        groups: [],
        roles: [],
        audiences: [],
        claims: {},
        signingKid: null,
        rootedAt: issuedAt,
        expiresAt: new Date(issuedAt.getTime() + 3_600_000),
        ip: null,
        userAgent: null,
        valueHash: createHash("sha256").update(id).digest(),
        ...change,
      };
      await registerTokens(db, [token], writer);
      return token;
    },
    async family({ clientId, userId, sessionUid, rootedAt = new Date() }) {
      const id = randomUUID();
      await db.query(
        "INSERT INTO token_family (id, client_id, user_id, session_uid, rooted_at) VALUES ($1, $2, $3, $4, $5)",
        [id, clientId, userId ?? null, sessionUid ?? null, rootedAt],
      );
      return id;
    },
    async consume(token, at) {
      await db.query(
        "INSERT INTO refresh_consumption (token_id, family_id, consumed_at) VALUES ($1, $2, $3)",
        [token.id, token.familyId, at],
      );
    },
  };
}

/** A context of an API token of a role, or of nobody: a program is not asked again who it is, and has no session that the answer could stand in. */
export function contextAs(db: Database, who: Role | "anonymous", now: Date = new Date()): Context {
  const actor: Actor =
    who === "anonymous"
      ? { kind: "anonymous", id: "anonymous", name: "anonymous" }
      : {
          kind: "api_token",
          id: randomUUID(),
          name: `${who}@example.test`,
          role: who,
          isUnattended: true,
          personId: null,
        };
  return { db, now, actor, requestId: randomUUID(), ip: "192.0.2.1", userAgent: "test" };
}
