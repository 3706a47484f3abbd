import { parseOpaque } from "#lib/tokens/opaque.ts";
import { decoded } from "./decoded.ts";
import { findJwts, findOpaques } from "./find-tokens.ts";
import { unescaped } from "./unescaped.ts";
import { claimsOf, decodePart } from "./wrapped-token.ts";

/**
 * Text that is, or may be, a token's value. `id` is its jti and `issuer` whom it names as its issuer, where that can be read without asking anybody; `spans` in which lines it stands, each time
 * that it does.
 */
export type SeenToken = {
  format: "jwt" | "opaque";
  id: string | null;
  issuer: string | null;
  value: string;
  spans: Span[];
};

/** From which line to which; the first is 1. */
export type Span = { from: number; to: number };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/i;
/** Secrets of clients, verifiers, API tokens and links: never searched for, and nothing is found by them. */
export const SECRET = /(?<![0-9A-Za-z])tw[a-z]_[0-9A-Za-z_-]{16,}/;
/** A file of findings is looked through no further than this. */
const TOKENS_MAX = 10;

/** Characters of an issuer's name that are kept. */
const ISSUER_MAX = 200;

const JTI = /"jti"\s*:\s*"([^"\\]*)"/;

/** What a JWT's payload says; of one that was cut in it, the jti where that stands before the cut. */
function readClaims(jwt: string): Pick<SeenToken, "id" | "issuer"> {
  const payload = jwt.split(".")[1] ?? "";
  const claims = claimsOf(payload);
  const jti = claims?.jti ?? JTI.exec(decodePart(payload))?.[1];
  return {
    id: typeof jti === "string" && UUID.test(jti) ? jti : null,
    issuer: typeof claims?.iss === "string" && claims.iss !== "" ? claims.iss.slice(0, ISSUER_MAX) : null,
  };
}

const ofOpaque = (value: string) => ({ id: parseOpaque(value)?.id ?? null, issuer: null });

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
    const span = { from: lineAt(index), to: lineAt(end - 1) };
    const there = byValue.get(value);
    if (there === undefined) {
      const said = format === "jwt" ? readClaims(value) : ofOpaque(value);
      byValue.set(value, { format, ...said, value, spans: [span] });
    } else there.spans.push(span);
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
