import type { Context } from "../context.ts";
import type { TokenUseHistogram } from "./model.ts";

/** A token's uses over its life, in about sixty buckets. Needs `audit:read`. @throws {DomainError} NOT_FOUND */
export async function getTokenUseHistogram(_ctx: Context, _tokenId: string): Promise<TokenUseHistogram> {
  throw new Error("soon");
}
