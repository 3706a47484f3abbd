import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { API_TOKEN_REFUSALS } from "./model.ts";

/** From where, and until when, an API token is good; what it makes is no wider. */
export type Bounds = { networks: string[]; expiresAt: Date | null };

/** The bounds of who acts, until the transaction ends: a person has none. @throws {DomainError} FORBIDDEN for an API token that was revoked since it was let in */
export async function boundsOf(tx: Sql, { kind, id }: Pick<Actor, "kind" | "id">): Promise<Bounds> {
  const [row] =
    kind === "api_token"
      ? await tx.query<Bounds & { isRevoked: boolean }>(
          `SELECT networks, expires_at AS "expiresAt", revoked_at IS NOT NULL AS "isRevoked" FROM api_token WHERE id = $1::uuid FOR SHARE`,
          [id],
        )
      : [];
  if (row === undefined) return { networks: [], expiresAt: null };
  if (row.isRevoked) throw new DomainError("FORBIDDEN", API_TOKEN_REFUSALS.API_TOKEN_REVOKED);
  return { networks: row.networks, expiresAt: row.expiresAt };
}

/** The earlier of two ends; null is none. */
export function earlierOf(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
