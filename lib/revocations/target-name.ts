import { shortId } from "../tokens/model.ts";

/** The name that an order or an act keeps of a target that has none of its own: "family 01980c2e…9b10 of token-bot". */
export function targetName(
  what: "access token" | "refresh token" | "family" | "session",
  id: string,
  holder: string,
): string {
  return `${what} ${shortId(id)} of ${holder}`;
}
