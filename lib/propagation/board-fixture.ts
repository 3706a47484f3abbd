import { randomUUID } from "node:crypto";
import type { Database } from "../db/database.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import type { Journey } from "./model.ts";
import { verifierFixtureOf } from "./verifier-fixture.ts";

/** Makes names of audiences, clients and verifiers that no other test has. */
export const tag = () => randomUUID().slice(0, 8);
export const at = (date: Date) => date.toISOString();
export const after = (date: Date, ms: number) => new Date(date.getTime() + ms);
export const rowOf = (journey: Journey, name: string) => journey.rows.find((row) => row.name === name);
export const why = { reason: "token_leaked", note: "" } as const;

/** Revocations that the worker has seen in the feed, for database tests of boards. */
export function boardFixtureOf(db: Database) {
  const fixture = fixtureOf(db);
  const verifiers = verifierFixtureOf(db);
  return {
    /** A token for an audience, and the order that took it back. */
    async revoked(audience: string, format: "jwt" | "opaque" = "jwt") {
      const clientId = await fixture.client(`c-${tag()}`);
      const token = await fixture.token({ clientId, audiences: [audience], format });
      const { order } = await revokeToken(contextAs(db, "responder"), { id: token.id, ...why });
      const committedAt = new Date(order.createdAt);
      await verifiers.sighted(BigInt(order.position), committedAt);
      return { token, order, committedAt, position: BigInt(order.position) };
    },
  };
}

/** A verifier's report that it accepted, or refused, a token at an instant of its own clock; received now. */
export async function reportedUse(
  db: Database,
  {
    token,
    verifierId,
    usedAt,
    outcome = "allowed",
  }: {
    token: { id: string; familyId: string; clientId: string };
    verifierId: string;
    usedAt: Date;
    outcome?: "allowed" | "refused";
  },
): Promise<void> {
  await db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, subject, verifier_id,
       writer_id, flush, ordinal, salt)
     VALUES ($1, clock_timestamp(), $2, $3, $4, 'report', $5, 'access', $6, $7, 's', $8, $9, 1, 1, $10)`,
    [
      randomUUID(),
      usedAt,
      outcome,
      outcome === "refused" ? "revoked" : null,
      token.id,
      token.familyId,
      token.clientId,
      verifierId,
      randomUUID(),
      Buffer.alloc(16),
    ],
  );
}
