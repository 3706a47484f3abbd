import { sql } from "../list-query/sql-fragment.ts";

/**
 * What an order revokes beyond so many tokens is written as wide: it is left out of the index of all other revoked tokens, which it would outnumber, and is
 * found by the order's target. The index `revocation_order_wide` knows the number too.
 */
export const WIDE_FROM = 20_000;

/** Orders that may have written such, of `revocation_order o`. */
export const IS_WIDE_ORDER = sql`o.verb = 'revoke' AND o.settled_count >= 20000`;
