import { parseOpaque } from "#lib/tokens/opaque.ts";
import { decoded } from "./decoded.ts";
import { findJwts, findOpaques } from "./find-tokens.ts";
import { unescaped } from "./unescaped.ts";
import { claimsOf, decodePart } from "./wrapped-token.ts";

/** Text that is, or may be, a token's value. `id` is its jti where that can be read without asking anybody; `line` the first line that it begins in. */
export type SeenToken = { format: "jwt" | "opaque"; id: string | null; value: string; line: number };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/i;
/** Secrets of clients, verifiers, API tokens and links: never searched for, and nothing is found by them. */
export const SECRET = /(?<![0-9A-Za-z])tw[a-z]_[0-9A-Za-z_-]{16,}/;
/** A file of findings is looked through no further than this. */
const TOKENS_MAX = 10;

const JTI = /"jti"\s*:\s*"([^"\\]*)"/;

/** The jti of a JWT's payload; of one that was cut in it, where the jti stands before the cut. */
function readJti(jwt: string): string | null {
  const payload = jwt.split(".")[1] ?? "";
  const jti = claimsOf(payload)?.jti ?? JTI.exec(decodePart(payload))?.[1];
  return typeof jti === "string" && UUID.test(jti) ? jti : null;
}

/**
 * Sees tokens in what a person typed or pasted, whatever stands around them ("Bearer …", a line of a log, an address, JSON, the findings of a secret scanner), escaped, in base64 and broken
 * over lines or not, each once, in their order, `max` at most. Runs in the browser, before any request, type-ahead or change of the address: the values go nowhere.
 */
export function seeTokens(text: string, max = TOKENS_MAX): SeenToken[] {
  const plain = decoded(unescaped(text));
  const found = [
    ...findOpaques(plain).map((one) => ({ ...one, format: "opaque" as const })),
    ...findJwts(plain).map((one) => ({ ...one, format: "jwt" as const })),
  ].sort((a, b) => a.index - b.index);
  const byValue = new Map<string, SeenToken>();
  // what is unescaped to a line break is none of the paste
  const lineAt = linesOf(plain);
  let end = 0;
  for (const { index, value, format, ...one } of found) {
    if (index < end) continue;
    end = one.end;
    const id = format === "jwt" ? readJti(value) : (parseOpaque(value)?.id ?? null);
    if (!byValue.has(value)) byValue.set(value, { format, id, value, line: lineAt(index) });
    if (byValue.size === max) break;
  }
  return [...byValue.values()];
}

/** In which line of a text a place is, the first being 1; asked for places in their order. */
export function linesOf(text: string): (index: number) => number {
  let [line, next] = [1, text.indexOf("\n")];
  return (index) => {
    while (next !== -1 && next < index) {
      line += 1;
      next = text.indexOf("\n", next + 1);
    }
    return line;
  };
}

/** A jti or the SHA-256 of a value that stands alone, in lower case, or null. */
export function recogniseTokenName(text: string): { by: "id" | "hash"; value: string } | null {
  const name = text.trim().toLowerCase();
  if (UUID.test(name)) return { by: "id", value: name };
  return SHA256.test(name) ? { by: "hash", value: name } : null;
}

/** Whether a value that is to go nowhere stands in a text: a token, a piece of one, or a secret of ours. */
export function holdsValue(text: string): boolean {
  return SECRET.test(text) || SECRET.test(decoded(unescaped(text))) || seeTokens(text, 1).length > 0;
}
