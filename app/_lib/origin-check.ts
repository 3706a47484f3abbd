import { RequestRefusal } from "./problem.ts";

/**
 * Refuses a request that changes something and was not made by one of our own pages: `Origin` must be the console's (or the
 * very host that was asked, under the console's scheme), and a browser that sends `Sec-Fetch-Site` must say `same-origin`.
 * `Origin: null`, a missing and a foreign one are refused.
 *
 * @throws {RequestRefusal} 403 CROSS_SITE
 */
export function requireSameOrigin(headers: Headers, consoleUrl: string): void {
  const origin = headers.get("origin");
  if (origin === null || !isOurs(origin, headers.get("host"), consoleUrl)) throw crossSite();
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") throw crossSite();
}

/** The same for requests that need no session: tools send no `Origin`, browsers always do. */
export function requireNoForeignOrigin(headers: Headers, consoleUrl: string): void {
  const isBrowser = headers.get("origin") !== null || headers.get("sec-fetch-site") !== null;
  if (isBrowser) requireSameOrigin(headers, consoleUrl);
}

function isOurs(origin: string, host: string | null, consoleUrl: string): boolean {
  const parsed = URL.parse(origin);
  if (parsed === null || parsed.origin !== origin) return false;
  const console = new URL(consoleUrl);
  return parsed.origin === console.origin || (parsed.protocol === console.protocol && parsed.host === host);
}

function crossSite(): RequestRefusal {
  return new RequestRefusal(403, "CROSS_SITE", "This request did not come from the console's own pages.");
}
