import { EncryptJWT, jwtDecrypt } from "jose";
import type { Env } from "#lib/env.ts";
import { isUuid } from "#lib/ids.ts";

/** Name and flags of the console's cookies. `__Host-` wherever the console is reached by TLS. */
export function sessionCookieName(env: Pick<Env, "consoleUrl">): string {
  return isSecure(env) ? "__Host-tokenwarden.session" : "tokenwarden.session";
}

export function isSecure(env: Pick<Env, "consoleUrl">): boolean {
  return env.consoleUrl.startsWith("https:");
}

/** Seals a session id: the cookie carries it and nothing else, so that ending the row ends the session. */
export async function sealSession(
  sessionId: string,
  key: Uint8Array,
  maxAgeSeconds: number,
  now: Date = new Date(),
): Promise<string> {
  return new EncryptJWT({ sid: sessionId })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: "tw-session" })
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + maxAgeSeconds * 1_000))
    .encrypt(key);
}

/** The session id of a cookie, or null for anything that we did not seal or that is past its time. */
export async function openSession(
  cookie: string,
  key: Uint8Array,
  now: Date = new Date(),
): Promise<string | null> {
  if (cookie.length > 2048) return null;
  try {
    const { payload } = await jwtDecrypt(cookie, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      typ: "tw-session",
      currentDate: now,
    });
    return typeof payload.sid === "string" && isUuid(payload.sid) ? payload.sid : null;
  } catch {
    return null;
  }
}

/** The value of one cookie in a Cookie header. */
export function findCookie(header: string | null, name: string): string | null {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
