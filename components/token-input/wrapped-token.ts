import { parseOpaque } from "#lib/tokens/opaque.ts";

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
/** What stands where a mail, a terminal or a quotation broke a value, and the next piece of it. */
const NEXT_PIECE = /^[=\\]?\s+(?:[>|]\s*)*([0-9A-Za-z_.-]+)/;
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
  try {
    return (JSON.parse(decodePart(part)) as Record<string, unknown> | null) ?? undefined;
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

/** Whether a JWT is known to be whole: its signature is as long as its algorithm makes it, and its claims are JSON. */
function isWholeJwt(jwt: string): boolean {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  if (more.length > 0) return true;
  const lengths = SIGNATURE_LENGTHS[String(claimsOf(header)?.alg)];
  return lengths?.includes(signature.length) === true && claimsOf(payload) !== undefined;
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
  const isWhole = begun.startsWith("eyJ") ? isWholeJwt : (value: string) => parseOpaque(value) !== null;
  const finish = begun.startsWith("eyJ") ? withoutFullStop : (value: string) => value;
  if (isWhole(finish(begun))) return null;
  // of a part that has just begun before the break
  const rest = /^[0-9A-Za-z_.-]*/.exec(text.slice(end, end + VALUE_MAX))?.[0] ?? "";
  let [value, at] = [begun + rest, end + rest.length];
  for (let pieces = 0; pieces < PIECES_MAX && value.length < VALUE_MAX; pieces += 1) {
    const next = NEXT_PIECE.exec(text.slice(at, at + VALUE_MAX));
    const piece = next?.[1] ?? "";
    if (piece === "" || !goesOn(value, piece)) return null;
    value += piece;
    at += next?.[0].length ?? 0;
    const finished = finish(value);
    if (isWhole(finished)) return { value: finished, end: at };
  }
  return null;
}
