import type { Context } from "../context.ts";

/**
 * The token that a jti or a SHA-256 (64 hex digits) means, or null. Never takes a raw value: that is hashed where it was pasted.
 * Needs `token:read`.
 */
export async function findToken(_ctx: Context, _text: string): Promise<{ id: string } | null> {
  throw new Error("soon");
}
