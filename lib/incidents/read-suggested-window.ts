import { tokensOf } from "../audit/tokens-of.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TokenRow } from "../tokens/model.ts";
import type { Reader } from "./case-tokens.ts";
import { type PlacedEvent, type SuggestedWindow, suggestWindow } from "./suggested-window.ts";

/** Tokens that are looked at, of the case and of its users; a case of thousands is told by its oldest. */
const TOKENS_LOOKED_AT = 1_000;
const USERS_LOOKED_AT = 20;
/** How long before the case's oldest token other tokens of the user say where they come from. */
const HISTORY_MS = 30 * 86_400_000;

/** Places of the events of some tokens, the first of each. */
async function readPlaces(
  ctx: Reader,
  ids: readonly string[],
  since: Date,
): Promise<Omit<PlacedEvent, "isOfCase">[]> {
  return run(
    ctx.db,
    sql`SELECT x.token_id AS "tokenId", x.outcome = 'issued' AS "isIssue", x.ip, x.country, min(x.at) AS at FROM token_use x
      WHERE x.token_id = ANY (ARRAY (SELECT unnest(${ids}::uuid[]))) AND x.received_at >= ${since}::timestamptz
        AND x.outcome IN ('issued', 'allowed') GROUP BY 1, 2, 3, 4`,
  );
}

/** What the product suggests for `compromisedFrom`, from the log. `rows` are the case's tokens; null where there is none. */
export async function readSuggestedWindow(
  ctx: Reader,
  rows: readonly TokenRow[],
): Promise<SuggestedWindow | null> {
  const oldest = rows.at(-1);
  if (oldest === undefined) return null;
  const issuedAt = new Date(oldest.issuedAt);
  const since = new Date(issuedAt.getTime() - HISTORY_MS);
  const ofCase = rows.slice(-TOKENS_LOOKED_AT).map(({ id }) => id);
  const users = [...new Set(rows.flatMap(({ user }) => user?.id ?? []))].slice(0, USERS_LOOKED_AT);
  const ofUsers = users.length === 0 ? [] : await tokensOf(ctx.db, "user_id", users, TOKENS_LOOKED_AT);
  const known = new Set(ofCase);
  const others = ofUsers.filter((id) => !known.has(id) && (uuidv7Time(id) ?? since) >= since);
  const places = await readPlaces(ctx, [...ofCase, ...others], since);
  return suggestWindow(
    places.map((place) => ({ ...place, isOfCase: known.has(place.tokenId) })),
    issuedAt,
  );
}
