import { parseOpaque } from "#lib/tokens/opaque.ts";

/** Text that is, or may be, a token's value. `id` is its jti where that can be read without asking anybody. */
export type RecognisedToken = { format: "jwt" | "opaque"; id: string | null };

const OPAQUE = /(?<![0-9A-Za-z])tw[ar]_[0-9A-Za-z]{20,}/;
const JWT = /(?<![0-9A-Za-z_-])eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(\.[0-9A-Za-z_-]*)?/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function readJti(jwt: string): string | null {
  try {
    const part = jwt.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    const { jti } = JSON.parse(new TextDecoder().decode(bytes)) as { jti?: unknown };
    return typeof jti === "string" && UUID.test(jti) ? jti : null;
  } catch {
    return null;
  }
}

/**
 * Sees a token in what a person typed or pasted, whatever stands around it ("Bearer …", a header, a line of a log). Runs in the
 * browser, before any request, type-ahead or change of the address: the value goes nowhere.
 */
export function recogniseToken(text: string): RecognisedToken | null {
  const opaque = OPAQUE.exec(text)?.[0];
  if (opaque !== undefined) return { format: "opaque", id: parseOpaque(opaque)?.id ?? null };
  const jwt = JWT.exec(text)?.[0];
  return jwt === undefined ? null : { format: "jwt", id: readJti(jwt) };
}
