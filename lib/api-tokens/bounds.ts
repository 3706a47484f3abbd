import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";

/** From where, and until when, an API token is good; what it makes is no wider. */
export type Bounds = { networks: string[]; expiresAt: Date | null };

/** The bounds of who acts, until the transaction ends: a person has none. */
export async function boundsOf(tx: Sql, { kind, id }: Pick<Actor, "kind" | "id">): Promise<Bounds> {
  const [row] =
    kind === "api_token"
      ? await tx.query<Bounds>(
          `SELECT networks, expires_at AS "expiresAt" FROM api_token WHERE id = $1::uuid FOR SHARE`,
          [id],
        )
      : [];
  return row ?? { networks: [], expiresAt: null };
}

/** The earlier of two ends; null is none. */
export function earlierOf(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
