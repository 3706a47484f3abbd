import type { ClientKind } from "./model.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A reversed domain name. @see RFC 8252 section 7.1 */
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

/**
 * Why a redirect URI of a client of this kind cannot be registered, or null where it can. It is compared exactly, so it must be
 * written as a browser would write it.
 * @see RFC 9700 section 2.1, RFC 8252 section 7
 */
export function redirectUriProblem(uri: string, kind: ClientKind): string | null {
  if (uri.length > 2000) return "must have at most 2000 characters";
  if (!/^[\x21-\x7e]+$/.test(uri)) return "must be visible ASCII without spaces";
  const url = URL.parse(uri);
  if (url === null) return "must be an absolute URI";
  if (uri.includes("#")) return "must have no fragment";
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?]*@/.test(uri))
    return "must have no user or password";
  if (uri.includes("*")) return "must have no wildcard: register each address";
  if (uri.includes("\\")) return "must have no backslash";
  if (url.protocol === "https:" || url.protocol === "http:") {
    if (url.protocol === "http:" && !LOOPBACK.has(url.hostname))
      return "must be https, or http on localhost, 127.0.0.1 or [::1]";
    return url.href === uri || url.href === `${uri}/` ? null : `must be written as ${url.href}`;
  }
  if (kind !== "native") return "must be https, or http on localhost, 127.0.0.1 or [::1]";
  if (!PRIVATE_SCHEME.test(url.protocol))
    return "must have a scheme that is a reversed domain name, such as com.example.app";
  return uri.startsWith(url.protocol) ? null : "must have its scheme in lower case";
}
