import { randomUUID } from "node:crypto";
import { findSession } from "#lib/admins/find-session.ts";
import { type EndedWhy, readWhyEnded } from "#lib/admins/why-ended.ts";
import { findApiToken } from "#lib/api-tokens/find-api-token.ts";
import type { ApiTokenRefusal } from "#lib/api-tokens/model.ts";
import { redactSecrets } from "#lib/audit/redact.ts";
import type { Actor, Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { clientAddress, trustedList } from "./client-address.ts";
import { consoleNow } from "./clock.ts";
import { getDatabase } from "./database.ts";
import { countryOf } from "./places.ts";
import { logProblem } from "./problem.ts";
import { derivedKey } from "./secrets.ts";
import { findCookie, openSession, sessionCookieName } from "./session-cookie.ts";

/** How the caller showed who they are: only a cookie can be sent by somebody else's page. */
export type Credential = "cookie" | "bearer" | "none";

export type Caller = {
  ctx: Context;
  credential: Credential;
  /** An API token that opens nothing any more, or not from here: the caller is nobody. */
  refused?: RefusedToken;
};

type RefusedToken = { refusal: ApiTokenRefusal; id: string; name: string };

const ANONYMOUS: Actor = { kind: "anonymous", id: "anonymous", name: "anonymous" };
const MAX_USER_AGENT = 400;

/** Who calls, from the headers of a request: an API token, else a session cookie, else nobody. Never both. */
export async function callerOf(headers: Headers, requestId: string = randomUUID()): Promise<Caller> {
  const env = getEnv();
  const db = getDatabase();
  const base = {
    db,
    now: await consoleNow(),
    requestId,
    ip: clientAddress(headers, trustedList(env.trustedProxies)),
    userAgent: readUserAgent(headers),
    countryOf,
    noteFailure: (error: unknown, what: string) => logProblem(error, requestId, what),
  };
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    const found =
      token === undefined ? null : await findApiToken(db, { value: token, ip: base.ip, now: base.now });
    if (found === null) return { ctx: { ...base, actor: ANONYMOUS }, credential: "none" };
    if (found.refusal !== null)
      return { ctx: { ...base, actor: ANONYMOUS }, credential: "none", refused: found };
    const { refusal: _, ...actor } = found;
    return { ctx: { ...base, actor: { kind: "api_token", ...actor } }, credential: "bearer" };
  }
  const cookie = findCookie(headers.get("cookie"), sessionCookieName(env));
  const sessionId = cookie === null ? null : await openSession(cookie, derivedKey("session"), base.now);
  const session = sessionId === null ? null : await findSession(db, { sessionId, now: base.now });
  if (session === null) return { ctx: { ...base, actor: ANONYMOUS }, credential: "none" };
  return {
    ctx: {
      ...base,
      actor: {
        kind: "admin",
        id: session.adminId,
        name: session.email,
        role: session.role,
        sessionId: session.id,
      },
    },
    credential: "cookie",
  };
}

/** Whether a request carries a session that this console once sealed, whatever has become of it. */
export async function hadSession(headers: Pick<Headers, "get">): Promise<boolean> {
  const cookie = findCookie(headers.get("cookie"), sessionCookieName(getEnv()));
  return cookie !== null && (await openSession(cookie, derivedKey("session"), await consoleNow())) !== null;
}

/** Why the session of a request ended, where there is something to say; for whoever has it sealed by this console. */
export async function whySessionEnded(headers: Pick<Headers, "get">): Promise<EndedWhy | null> {
  const cookie = findCookie(headers.get("cookie"), sessionCookieName(getEnv()));
  const sessionId =
    cookie === null ? null : await openSession(cookie, derivedKey("session"), await consoleNow());
  return sessionId === null ? null : readWhyEnded(getDatabase(), sessionId);
}

function readUserAgent(headers: Headers): string | null {
  const text = headers.get("user-agent");
  return text === null
    ? null
    : redactSecrets(text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "")).slice(0, MAX_USER_AGENT);
}
