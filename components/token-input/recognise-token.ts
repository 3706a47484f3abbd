import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type SeenToken, seeTokens } from "./see-token.ts";

/** A token that was seen in a text, with the SHA-256 of its value as it stands, in hex, instead of the value. */
export type RecognisedToken = Pick<SeenToken, "format" | "id"> & { hash: string };

/** The tokens of a text, each hashed where it stands: the values go nowhere. */
export function recogniseTokens(text: string): RecognisedToken[] {
  return seeTokens(text).map(({ format, id, value }) => ({
    format,
    id,
    hash: bytesToHex(sha256(utf8ToBytes(value))),
  }));
}

/** The first of them, or null. */
export function recogniseToken(text: string): RecognisedToken | null {
  return recogniseTokens(text)[0] ?? null;
}
