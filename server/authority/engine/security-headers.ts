import type { KoaContextWithOIDC } from "oidc-provider";

/** The one stylesheet of the authority's pages. */
export const STYLESHEET_PATH = "/interaction/pages.css";

/** What a form may lead to: its own origin, and where the client's answer goes (browsers check redirects too). */
export function formTargets(uris: readonly string[]): string[] {
  const targets = uris.map((uri) => {
    const url = URL.parse(uri);
    if (url === null) return null;
    return url.protocol === "http:" || url.protocol === "https:" ? url.origin : url.protocol;
  });
  return [
    ...new Set(targets.filter((target) => target !== null && /^[a-z][\w+.:/[\]-]*$/i.test(target))),
  ] as string[];
}

/** @see https://www.w3.org/TR/CSP3/ */
export function contentSecurityPolicy(targets: readonly string[]): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'none'",
    ["form-action 'self'", ...targets].join(" "),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** Headers of every page; `same-origin` and not `no-referrer`, because a form's Origin is withheld with the latter. */
export const PAGE_HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
} as const;

/** Puts the page headers on what the engine renders. Set before it runs: its own form_post page adds a hash to the policy. */
export async function securityHeaders(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  ctx.set(PAGE_HEADERS);
  ctx.set("content-security-policy", contentSecurityPolicy([]));
  await next();
  if (ctx.status === 503) ctx.set("retry-after", "1");
  // the engine names a scheme only to who tried one; a 401 always has a challenge (RFC 9110 section 15.5.2)
  if (ctx.status === 401 && !ctx.response.get("www-authenticate"))
    ctx.set("www-authenticate", 'Basic realm="tokenwarden", charset="UTF-8"');
  if (!ctx.response.is("html")) {
    ctx.remove("content-security-policy");
    return;
  }
  const client = ctx.oidc?.client;
  const targets = formTargets([...(client?.redirectUris ?? []), ...(client?.postLogoutRedirectUris ?? [])]);
  const policy = ctx.response
    .get("content-security-policy")
    .replace("form-action 'self'", ["form-action 'self'", ...targets].join(" "))
    .replace("script-src 'none' 'sha256-", "script-src 'sha256-");
  ctx.set("content-security-policy", policy);
}
