import Provider from "oidc-provider";
import { findAccount } from "#lib/protocol/find-account.ts";
import { noteSignOn } from "#lib/sign-on/note-sign-on.ts";
import type { EngineDeps } from "./deps.ts";
import { currentSql } from "./exchange.ts";
import { extendPayload } from "./extend-model.ts";
import type { EngineInteraction } from "./model-interactions.ts";
import { factsOf, type RequestFacts } from "./request-facts.ts";

export type EngineSession = InstanceType<Provider["Session"]> & {
  signedInAtMs?: number;
  /** Of a request that is none of the engine's own. */
  seenBy?: Pick<RequestFacts, "ip" | "userAgent">;
  /** When it last let an application have a code, or its person signed in. */
  usedAtMs?: number;
};

type SessionClass = {
  find(id: string, options?: object): Promise<EngineSession | undefined>;
  findByUid(uid: string): Promise<EngineSession | undefined>;
  prototype: EngineSession & { save(ttl: number): Promise<string>; persist(): Promise<string> };
};

const TYPING: ReadonlySet<string> = new Set(["code_verification", "device_resume"]);

/** Whether a session still counts: not idle too long, not past its maximum, not ended by an order on it, its person or everything, and its person not disabled. */
async function isLive(deps: EngineDeps, session: EngineSession): Promise<boolean> {
  const { accountId, loginTs, uid } = session;
  const now = Date.now();
  // the engine lets stored times pass by its tolerance for other people's clocks
  if (session.exp <= Math.floor(now / 1_000)) return false;
  if (accountId === undefined) return true;
  const signedInAtMs = session.signedInAtMs ?? (loginTs ?? 0) * 1_000;
  if (signedInAtMs + deps.registry().organisation.sessionAbsoluteSeconds * 1_000 <= now) return false;
  const verdict = deps.orders().verdict(
    {
      id: "",
      familyId: "",
      sessionUid: uid,
      userId: accountId,
      clientId: "",
      scopes: [],
      groups: [],
      audiences: [],
      signingKid: null,
      rootedAtMs: signedInAtMs,
    },
    now,
  );
  if (verdict.isRevoked || verdict.isSuspended) return false;
  return (await findAccount(currentSql(deps.db), accountId)) !== null;
}

/** Keeps which browser it is and where it was, for the person to know it by. */
async function noteSeen(deps: EngineDeps, session: EngineSession): Promise<void> {
  const seen = session.seenBy ?? (Provider.ctx === undefined ? null : factsOf(deps, Provider.ctx.req));
  if (seen === null || session.accountId === undefined) return;
  const now = new Date();
  await noteSignOn(currentSql(deps.db), {
    uid: session.uid,
    userId: session.accountId,
    signedInAt: new Date(session.signedInAtMs ?? (session.loginTs ?? 0) * 1_000),
    seenAt: now,
    ip: seen.ip,
    country: deps.writer.countryOf(seen.ip),
    userAgent: seen.userAgent,
  });
}

/** SSO sessions begin with a person, or with the page of a device's code, and end with their maximum, with orders that reach them, and with their person. */
export function shapeSessions(provider: Provider, deps: EngineDeps): void {
  const Session = provider.Session as unknown as SessionClass;
  extendPayload(Session, ["signedInAtMs", "usedAtMs"]);
  const { find, findByUid } = Session;
  const { loginAccount, persist, save } = Session.prototype;
  Session.find = async (id, options) => {
    const session = await find.call(Session, id, options);
    return session !== undefined && (await isLive(deps, session)) ? session : undefined;
  };
  Session.findByUid = async (uid) => {
    const session = await findByUid.call(Session, uid);
    return session !== undefined && (await isLive(deps, session)) ? session : undefined;
  };
  Session.prototype.loginAccount = function loginAtInstant(this: EngineSession, details) {
    loginAccount.call(this, details);
    const interaction = Provider.ctx?.oidc.entities.Interaction as EngineInteraction | undefined;
    this.signedInAtMs = interaction?.result?.login?.atMs ?? Date.now();
    this.usedAtMs = Date.now();
  };
  Session.prototype.persist = async function persistSaved(this: EngineSession & { touched?: boolean }) {
    if (typeof this.exp === "number") return persist.call(this);
    // a form of a device's code that was refused to a browser without a session: its next page is a new one
    this.touched = false;
    return this.jti;
  };
  Session.prototype.save = async function saveWithPerson(this: EngineSession & { touched?: boolean }, ttl) {
    // whoever types a device's code may not have signed in yet, and the form is known again by the session
    const isTyping = TYPING.has(String(Provider.ctx?.oidc.route));
    if (this.accountId !== undefined) await noteSeen(deps, this);
    if (this.accountId !== undefined || isTyping) return save.call(this, ttl);
    // the engine would keep one for every browser that has lost its own
    this.touched = false;
    return this.jti;
  };
}
