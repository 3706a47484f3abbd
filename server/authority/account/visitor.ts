import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { sessionSeconds } from "#lib/lifetimes/ends.ts";
import { findAccount } from "#lib/protocol/find-account.ts";
import type { SignedInUser } from "#lib/sign-in/sign-in-user.ts";
import { cookieOf } from "../engine/configuration.ts";
import type { EngineDeps } from "../engine/deps.ts";
import type { EngineSession } from "../engine/model-sessions.ts";
import { factsOf } from "../engine/request-facts.ts";

type Cookies = {
  secure: boolean;
  set(name: string, value: string | null, options: object): void;
};
type Inside = {
  createContext(req: IncomingMessage, res: ServerResponse): { cookies: Cookies; secure: boolean };
  cookieName(kind: "session"): string;
  Session: { new (): EngineSession; get(ctx: object): Promise<EngineSession> };
};

export type Visitor = { session: EngineSession; person: { id: string; email: string; name: string } };
type Exchange = { deps: EngineDeps; provider: Provider; req: IncomingMessage; res: ServerResponse };

/** Keeps the session for as long as it may now idle, and tells the browser. */
async function keep({ deps, provider, req, res }: Exchange, session: EngineSession): Promise<void> {
  const inside = provider as unknown as Inside;
  session.seenBy = factsOf(deps, req);
  const { sessionIdleSeconds, sessionAbsoluteSeconds } = deps.registry().organisation;
  const lifetimes = { idleSeconds: sessionIdleSeconds, absoluteSeconds: sessionAbsoluteSeconds };
  await session.save(sessionSeconds(lifetimes, session.loginTs, Date.now()));
  const { cookies, secure } = inside.createContext(req, res);
  cookies.secure = secure;
  const expires = new Date((session.exp ?? 0) * 1_000);
  cookies.set(inside.cookieName("session"), session.jti, {
    ...cookieOf(deps.env.authorityIssuer).options,
    expires,
  });
}

/** Who is signed in in the browser that asks, by the same session as for applications; null where nobody is. */
export async function findVisitor(exchange: Exchange): Promise<Visitor | null> {
  const inside = exchange.provider as unknown as Inside;
  const { req, res, deps } = exchange;
  const session = await inside.Session.get(inside.createContext(req, res));
  const person = session.accountId === undefined ? null : await findAccount(deps.db, session.accountId);
  return person === null
    ? null
    : { session, person: { id: person.id, email: person.email, name: person.name } };
}

/** Counts a visit as the session's being in use. */
export async function touchSession(exchange: Exchange, { session }: Visitor): Promise<void> {
  await keep(exchange, session);
}

/**
 * Begins a session of its own for a person who has just signed in: never one that the browser had before, which ends as by a logout, whoever's it was.
 * What applications got through that one stays until it is ended.
 */
export async function beginSession(exchange: Exchange, user: SignedInUser, now: Date): Promise<void> {
  const inside = exchange.provider as unknown as Inside;
  const before = await inside.Session.get(inside.createContext(exchange.req, exchange.res));
  if (before.accountId !== undefined) await before.destroy();
  const session = new inside.Session();
  session.loginAccount({
    accountId: user.id,
    loginTs: Math.floor(now.getTime() / 1_000),
    amr: ["pwd"],
  });
  await keep(exchange, session);
}
