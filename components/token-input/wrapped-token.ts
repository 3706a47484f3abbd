import { OPAQUE_LENGTH, parseOpaque } from "#lib/tokens/opaque.ts";

/** Lengths of a signature in base64url: RFC 7518 section 3.1, RFC 8037; of RSA with 2048, 3072 and 4096 bits. */
const RSA = [342, 512, 683];
const SIGNATURE_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  ES256: [86],
  ES384: [128],
  ES512: [176],
  EdDSA: [86],
  Ed25519: [86],
  HS256: [43],
  HS384: [64],
  HS512: [86],
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
};
const ALL_LENGTHS: ReadonlySet<number> = new Set(Object.values(SIGNATURE_LENGTHS).flat());
/** What stands where a mail, a terminal or a quotation broke a value, and the next piece of it. */
const NEXT_PIECE = /^[=\\]?\s+(?:[>|]\s*)*([0-9A-Za-z_.-]+)/;
const BEGUN_PART = /^\.[0-9A-Za-z_-]{0,7}/;
const BEGUN_PART_MAX = 8;
const PIECES_MAX = 200;
/** Nobody issues longer ones: the authority takes none of more. */
const VALUE_MAX = 65_536;

/** Text that a part of a JWT holds; empty where it is no base64url. Of a part that was cut, as far as it goes. */
export function decodePart(part: string): string {
  try {
    // four characters are three bytes; one that is left over is none
    const whole = part.length % 4 === 1 ? part.slice(0, -1) : part;
    const bytes = Uint8Array.from(atob(whole.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

/** What a part of a JWT says, or undefined where it is no JSON. */
export function claimsOf(part: string): Record<string, unknown> | undefined {
  const text = decodePart(part);
  // of a part that was cut, at once: nearly all that begin like one are
  if (!text.endsWith("}")) return undefined;
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A full stop that ends a sentence is no part of what stands before it. */
export function withoutFullStop(jwt: string): string {
  const parts = jwt.split(".");
  while (parts.length > 3 && parts.at(-1) === "") parts.pop();
  return parts.join(".");
}

/** How long the signatures of its algorithm are; undefined where it is not signed, or its header is cut. */
function signatureLengths(header: string): readonly number[] | undefined {
  return SIGNATURE_LENGTHS[String(claimsOf(header)?.alg)];
}

/** Whether a JWT is known to be whole: its signature is as long as its algorithm makes it, and its claims are JSON. */
function isWholeJwt(jwt: string): boolean {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  if (more.length > 0) return signatureLengths(header) === undefined;
  if (!ALL_LENGTHS.has(signature.length)) return false;
  return signatureLengths(header)?.includes(signature.length) === true && claimsOf(payload) !== undefined;
}

/** A JWT without what stands right behind it in characters of its own alphabet, a dash, a line or another word: its algorithm tells where its signature ends. */
export function withoutTail(jwt: string): string {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  const length = signatureLengths(header)?.findLast((one) => one <= signature.length);
  if (length === undefined || !/^(?:[_-]|$)/.test(signature.slice(length))) return jwt;
  return signature.length === length && more.length === 0
    ? jwt
    : `${header}.${payload}.${signature.slice(0, length)}`;
}

/** A piece that begins like a JWT goes on with one only where its header has just ended. */
function goesOn(value: string, piece: string): boolean {
  if (/^tw[ar]_/.test(piece)) return false;
  return !piece.startsWith("eyJ") || (value.endsWith(".") && !value.slice(0, -1).includes("."));
}

/**
 * The value that was broken over lines, beginning with `begun`, which ends at `end` in the text, and where it ends. Null where `begun` is whole, or where what follows
 * does not make it so: two values on two lines are never taken for one.
 */
export function joinWrapped(text: string, begun: string, end: number): { value: string; end: number } | null {
  const isJwt = begun.startsWith("eyJ");
  const isWhole = isJwt ? isWholeJwt : (value: string) => parseOpaque(value) !== null;
  const finish = isJwt ? withoutFullStop : (value: string) => value;
  const max = isJwt ? VALUE_MAX : OPAQUE_LENGTH;
  if (isWhole(finish(begun))) return null;
  // of a part that has just begun before the break
  const rest = isJwt ? (BEGUN_PART.exec(text.slice(end, end + BEGUN_PART_MAX))?.[0] ?? "") : "";
  let [value, at] = [begun + rest, end + rest.length];
  for (let pieces = 0; pieces < PIECES_MAX && value.length < max; pieces += 1) {
    const next = NEXT_PIECE.exec(text.slice(at, at + VALUE_MAX));
    const piece = next?.[1] ?? "";
    if (piece === "" || !goesOn(value, piece)) return null;
    value += piece;
    at += next?.[0].length ?? 0;
    const finished = finish(value);
    if (isWhole(finished)) return { value: finished, end: at };
    // one that is signed has no more than three parts
    if (finished.split(".").length > 3) return null;
  }
  return null;
}
