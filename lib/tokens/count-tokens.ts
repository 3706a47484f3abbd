import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Total } from "../list-query/define-table.ts";
import { countAll, countAtOnce } from "./count-selection.ts";
import { selectFor } from "./list-tokens.ts";
import type { TokensQuery } from "./table.ts";

const AT_ONCE_MS = 1_000;
const EXACTLY_MS = 1_900;

/**
 * How many tokens match, as a list says it: exact where the tally knows it and up to TOKENS_COUNT_MAX, above it and where counting takes too long
 * at least that many. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function countTokens(ctx: Context, filters: TokensQuery["filters"]): Promise<Total> {
  requirePermission(ctx, "token:read");
  const { selection } = await selectFor(ctx, filters, "issued");
  return countAtOnce(ctx.db, selection, { atLeast: () => 0, timeoutMs: AT_ONCE_MS });
}

/**
 * As `countTokens`, and where that is not exact, to the last one as long as that takes no longer than `moreMs`. For figures of a page that waits for them.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function countTokensSoon(
  ctx: Context,
  filters: TokensQuery["filters"],
  moreMs: number,
): Promise<Total> {
  requirePermission(ctx, "token:read");
  const { selection } = await selectFor(ctx, filters, "issued");
  const atOnce = await countAtOnce(ctx.db, selection, { atLeast: () => 0, timeoutMs: AT_ONCE_MS });
  if (atOnce.isExact) return atOnce;
  const count = await countAll(ctx.db, selection, moreMs);
  return count === null ? atOnce : { value: count, isExact: true };
}

/**
 * How many tokens match, to the last one; where that takes more than two seconds, as `countTokens` says it. For when a page is there already.
 * Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function countTokensExactly(ctx: Context, filters: TokensQuery["filters"]): Promise<Total> {
  requirePermission(ctx, "token:read");
  const { selection } = await selectFor(ctx, filters, "issued");
  const count = await countAll(ctx.db, selection, EXACTLY_MS);
  if (count !== null) return { value: count, isExact: true };
  return countAtOnce(ctx.db, selection, { atLeast: () => 0, timeoutMs: AT_ONCE_MS });
}
