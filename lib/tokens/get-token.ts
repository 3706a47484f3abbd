import type { Context } from "../context.ts";
import type { TokenDetail } from "./model.ts";

/** Everything about one token but its value. Needs `token:read`. @throws {DomainError} NOT_FOUND */
export async function getToken(_ctx: Context, _id: string): Promise<TokenDetail> {
  throw new Error("soon");
}
