import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { networks } from "./our-networks.ts";

/** A network of the internet as filters take it: `AS15169`, and what its holder calls it. */
export type FoundNetwork = { network: string; name: string };

/**
 * Networks by the beginning of their number or a part of their holder's name; names that begin with the text first, then the shorter ones. Without a text: none. Needs `token:read`.
 *
 * @param size at most so many.
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export function findNetworks(
  ctx: Context,
  { text, size }: { text: string; size: number },
): { rows: FoundNetwork[]; networksOf: string | null } {
  requirePermission(ctx, "token:read");
  const { find, builtAt } = networks();
  return {
    rows: find(text, size).map(({ number, name }) => ({ network: `AS${number}`, name })),
    networksOf: builtAt,
  };
}
