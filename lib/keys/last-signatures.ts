import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { KeyRow } from "./model.ts";

type Signed = { kid: string; activatedAt: Date | null; retiringAt: Date | null; compromisedAt: Date | null };

const TIMEOUT_MS = 1_000;

/**
 * The newest registered token of each key, looked for from the end of the time in which it signed: what was under way when it was replaced came
 * in a moment later.
 */
export async function lastSignatures(
  ctx: Context,
  keys: readonly Signed[],
): Promise<(kid: string) => KeyRow["lastSigned"]> {
  const found = await Promise.all(
    keys.map(async ({ kid, activatedAt, retiringAt, compromisedAt }) => {
      if (activatedAt === null) return [kid, { at: null, isKnown: true }] as const;
      const until = new Date((retiringAt ?? compromisedAt ?? ctx.now).getTime() + 60_000);
      const rows = await withinTime<{ at: Date }>(
        ctx.db,
        sql`SELECT t.issued_at AS at FROM token t WHERE t.signing_kid = ${kid} AND t.issued_at >= ${activatedAt}::timestamptz
          AND t.issued_at <= ${until}::timestamptz ORDER BY t.issued_at DESC LIMIT 1`,
        TIMEOUT_MS,
      );
      return [kid, { at: rows?.[0]?.at.toISOString() ?? null, isKnown: rows !== null }] as const;
    }),
  );
  const byKid = new Map<string, KeyRow["lastSigned"]>(found);
  return (kid) => byKid.get(kid) ?? null;
}
