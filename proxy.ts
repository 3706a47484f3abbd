import { randomBytes, randomUUID } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { answerAtDoor, answerNotFound } from "#app/_lib/api-door.ts";
import { safePath } from "#app/_lib/safe-path.ts";
import { sessionCookieName } from "#app/_lib/session-cookie.ts";
import { holdsSecret } from "#lib/audit/redact.ts";
import { getEnv } from "#lib/env.ts";

/**
 * Scripts run by nonce alone. Styles may be inline: server-rendered `style` attributes and the scroll lock of dialogs need it,
 * and without script they cannot carry anything out.
 */
function contentSecurityPolicy(nonce: string, isDevelopment: boolean, isSecure: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? " ws: wss:" : ""}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isSecure && !isDevelopment ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Pages that nobody needs to be signed in for; the API answers for itself. */
const OPEN = /^\/(?:sign-in|step-up|setup|api)(?:\/|$)/;

/** A courtesy to whoever has no session at all: the sign-in page at once. Who may see what is decided by the use cases, never here. */
function signInAddress(request: NextRequest): URL | null {
  const { pathname, search } = request.nextUrl;
  if (OPEN.test(pathname) || request.cookies.has(sessionCookieName(getEnv()))) return null;
  const address = new URL("/sign-in", request.url);
  if (pathname !== "/") address.searchParams.set("next", safePath(pathname + search));
  return address;
}

/** The one secret that belongs into an address: a one-time link, used up by its first use. */
function isOneTimeLink(pathname: string, name: string, value: string): boolean {
  return pathname === "/setup" && name === "token" && /^tws_[\w-]+$/.test(value);
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** An address that somebody put a token into is left at once: Next would repeat it in the page, and the browser keep it in its history. */
function withoutSecrets(request: NextRequest): Response | null {
  const { pathname, searchParams } = request.nextUrl;
  const isApi = pathname.startsWith("/api/");
  if (holdsSecret(decoded(pathname))) {
    if (!isApi) return NextResponse.redirect(new URL("/", request.url), 307);
    return answerNotFound(randomUUID());
  }
  if (isApi) return null;
  const misplaced = [...searchParams]
    .filter(([name, value]) => holdsSecret(name) || holdsSecret(decoded(value)))
    .filter(([name, value]) => !isOneTimeLink(pathname, name, value));
  if (misplaced.length === 0) return null;
  const address = new URL(request.url);
  for (const [name] of misplaced) address.searchParams.delete(name);
  return NextResponse.redirect(address, 307);
}

function pass(request: NextRequest, headers: Headers): Response {
  const signIn = signInAddress(request);
  return signIn === null ? NextResponse.next({ request: { headers } }) : NextResponse.redirect(signIn, 307);
}

/** Security headers for every page and route; the nonce reaches Next through the request's own policy. */
export function proxy(request: NextRequest): Response {
  const isSecure = getEnv().consoleUrl.startsWith("https:");
  const nonce = randomBytes(18).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development", isSecure);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);

  const response =
    withoutSecrets(request) ??
    answerAtDoor(request.nextUrl.pathname, request, randomUUID()) ??
    pass(request, headers);
  response.headers.set("content-security-policy", policy);
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("referrer-policy", "no-referrer");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("cross-origin-resource-policy", "same-origin");
  response.headers.set(
    "permissions-policy",
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), clipboard-write=(self), publickey-credentials-get=(self), publickey-credentials-create=(self)",
  );
  if (isSecure) response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  return response;
}

export const config = {
  // what the build made is public and cacheable, and so are flags
  matcher: "/((?!_next/static/|_next/image$|favicon\\.ico$|icon\\.svg$|flags/[A-Z][A-Z]\\.svg$).*)",
};
