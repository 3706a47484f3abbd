import { isIP } from "node:net";
import { DomainError } from "../errors.ts";

/** Whom passkeys are for: the domain they are bound to, and the origin whose pages may use them. */
export type RelyingParty = { id: string; origin: string };

/**
 * The relying party that a console's URL makes, or null where browsers offer no passkeys: without TLS but for localhost, and by an IP address.
 *
 * @see WebAuthn level 3, section 5.1.2 (rpId), and Secure Contexts
 */
export function findRelyingParty(consoleUrl: string): RelyingParty | null {
  const { protocol, hostname, origin } = new URL(consoleUrl);
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost");
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith("[");
  if (isAddress || (protocol !== "https:" && !isLocal)) return null;
  return { id: hostname, origin };
}

/** @throws {DomainError} CONFLICT where the console's URL allows none. */
export function getRelyingParty(consoleUrl: string): RelyingParty {
  const party = findRelyingParty(consoleUrl);
  if (party === null)
    throw new DomainError(
      "CONFLICT",
      "Passkeys need this console to be reached by HTTPS and by a name. See CONSOLE_URL.",
    );
  return party;
}
