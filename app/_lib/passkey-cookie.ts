import type { Env } from "#lib/env.ts";
import { CHALLENGE_SECONDS } from "#lib/passkeys/model.ts";
import { isSecure } from "./session-cookie.ts";

/** Carries a sealed challenge from the sign-in page's question to its answer: another browser cannot bring it. */
export function passkeyCookieName(env: Pick<Env, "consoleUrl">): string {
  return isSecure(env) ? "__Host-tokenwarden.passkey" : "tokenwarden.passkey";
}

/** Set-Cookie for a sealed challenge; an empty one takes it away. */
export function passkeyCookie(env: Pick<Env, "consoleUrl">, sealed: string): string {
  return [
    `${passkeyCookieName(env)}=${sealed}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Max-Age=${sealed === "" ? 0 : CHALLENGE_SECONDS}`,
    ...(isSecure(env) ? ["Secure"] : []),
  ].join("; ");
}
