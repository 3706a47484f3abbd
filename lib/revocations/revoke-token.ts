import type { Context } from "../context.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";

export async function revokeToken(_ctx: Context, _input: RevokeInput): Promise<RevocationResult> {
  throw new Error("soon");
}
