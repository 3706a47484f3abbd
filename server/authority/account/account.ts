import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import type { SqlContext } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import { signInUser } from "#lib/sign-in/sign-in-user.ts";
import { endOtherSessions, endOwnSession, signOutEverywhere } from "#lib/sign-on/end-own-access.ts";
import type { EndedAccess } from "#lib/sign-on/model.ts";
import { readAccess } from "#lib/sign-on/read-access.ts";
import { withdrawOwnGrant } from "#lib/sign-on/withdraw-grant.ts";
import { addressAsker } from "#server/authority/bounds/bounds.ts";
import { notReady } from "../answers.ts";
import type { EngineDeps } from "../engine/deps.ts";
import { answerProblem, sendBack, sendPage } from "../engine/page-answers.ts";
import { readForm } from "../engine/read-form.ts";
import { contextOf, factsOf, NOBODY } from "../engine/request-facts.ts";
import { shownAgain } from "../engine/shown-again.ts";
import { ENGINE_COST } from "../engine/throttle.ts";
import { accountPage } from "../pages/account.ts";
import { confirmPage } from "../pages/confirm.ts";
import { errorPage } from "../pages/error.ts";
import { loginPage } from "../pages/login.ts";
import { type Done, everywhereEffects, withdrawEffects } from "./account-words.ts";
import { leaveNotice, takeNotice } from "./notice.ts";
import { beginSession, findVisitor, touchSession, type Visitor } from "./visitor.ts";

const HOME = "/account";
const ADDRESS =
  /^\/account(?:\/(?<act>sign-in|end-others|sign-out-everywhere)|\/sessions\/(?<uid>[\w-]{1,64})\/end|\/grants\/(?<client>[0-9a-f-]{36})\/withdraw)?$/;

/** Whether an address is one of a person's own pages. */
export function isAccountAddress(url: string): boolean {
  return /^\/account(?:[/?]|$)/.test(url);
}

type Visit = {
  deps: EngineDeps;
  provider: Provider;
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  form: URLSearchParams | null;
};

function frameOf({ deps }: Visit) {
  return { organisation: deps.registry().organisation.name, environment: deps.env.environmentName };
}

function noticeFor({ req, res, deps }: Visit): string | null {
  return takeNotice(req, res, deps.env.authorityIssuer);
}

function showLogin(visit: Visit, status: number, email: string, problem: string | null): void {
  const page = loginPage({
    action: `${HOME}/sign-in`,
    goal: "your account",
    canCancel: false,
    email,
    problem,
    notice: problem === null ? noticeFor(visit) : null,
    ...frameOf(visit),
  });
  sendPage(visit.res, status, page);
}

async function signIn(visit: Visit, form: URLSearchParams): Promise<void> {
  const { deps, req, res } = visit;
  const email = form.get("email") ?? "";
  deps.bounds.countAuthorization(addressAsker(factsOf(deps, req).ip));
  try {
    const ctx = contextOf(deps, req, NOBODY);
    const user = await signInUser(ctx, { email, password: form.get("password") ?? "" });
    await beginSession(visit, user, ctx.now);
    sendBack(res, HOME);
  } catch (error) {
    const isRefusal =
      error instanceof DomainError && (error.code === "NOT_SIGNED_IN" || error.code === "TOO_MANY_ATTEMPTS");
    if (!isRefusal) throw error;
    if (error.retryAfterSeconds !== undefined)
      visit.res.setHeader("retry-after", String(error.retryAfterSeconds));
    showLogin(visit, error.code === "NOT_SIGNED_IN" ? 401 : 429, shownAgain(email), error.message);
  }
}

function notThere(visit: Visit): void {
  const { requestId } = factsOf(visit.deps, visit.req);
  const words = {
    title: "There is nothing here",
    text: "It may have ended already. Go back to your account's page.",
    code: "not_found",
    description: null,
  };
  sendPage(visit.res, 404, errorPage({ ...words, requestId, ...frameOf(visit) }));
}

async function showAccount(visit: Visit, visitor: Visitor, ctx: SqlContext): Promise<void> {
  await touchSession(visit, visitor);
  const page = accountPage({
    person: visitor.person,
    access: await readAccess(ctx.db, { userId: visitor.person.id, now: ctx.now }),
    uid: visitor.session.uid,
    notice: noticeFor(visit),
    now: ctx.now,
    ...frameOf(visit),
  });
  sendPage(visit.res, 200, page);
}

async function showWithdrawal(
  visit: Visit,
  visitor: Visitor,
  ctx: SqlContext,
  clientId: string,
): Promise<void> {
  const { grants } = await readAccess(ctx.db, { userId: visitor.person.id, now: ctx.now });
  const grant = grants.find(({ client }) => client.id === clientId);
  if (grant === undefined) return notThere(visit);
  const page = confirmPage({
    title: `Withdraw access of ${grant.client.name}?`,
    effects: withdrawEffects(grant),
    action: `${HOME}/grants/${clientId}/withdraw`,
    act: "Withdraw access",
    ...frameOf(visit),
  });
  sendPage(visit.res, 200, page);
}

async function showEverywhere(visit: Visit, visitor: Visitor, ctx: SqlContext): Promise<void> {
  const access = await readAccess(ctx.db, { userId: visitor.person.id, now: ctx.now });
  const page = confirmPage({
    title: "Log out everywhere?",
    effects: everywhereEffects(access),
    action: `${HOME}/sign-out-everywhere`,
    act: "Log out everywhere",
    ...frameOf(visit),
  });
  sendPage(visit.res, 200, page);
}

type Asked = { act?: string | undefined; uid?: string | undefined; client?: string | undefined };

/** What a form asks for: what is to be done, and the word that the next page says of it. Null for an address that takes no form. */
function actOf(
  { act, uid, client }: Asked,
  { session }: Visitor,
): { done: Done; run(ctx: SqlContext): Promise<EndedAccess> } | null {
  if (uid !== undefined)
    return {
      done: uid === session.uid ? "signed-out" : "session",
      run: (ctx) => endOwnSession(ctx, { uid }),
    };
  if (client !== undefined)
    return { done: "grant", run: (ctx) => withdrawOwnGrant(ctx, { clientId: client }) };
  if (act === "end-others")
    return { done: "others", run: (ctx) => endOtherSessions(ctx, { spare: session.uid }) };
  if (act === "sign-out-everywhere") return { done: "everywhere", run: signOutEverywhere };
  return null;
}

function refuseMethod(res: ServerResponse, allow: string): void {
  res.writeHead(405, { allow });
  res.end();
}

async function answer(visit: Visit): Promise<void> {
  const { deps, req, res, url, form } = visit;
  const asked = ADDRESS.exec(url.pathname)?.groups as Asked | undefined;
  if (asked === undefined) return notThere(visit);
  if (asked.act === "sign-in") return form === null ? refuseMethod(res, "POST") : signIn(visit, form);
  const visitor = await findVisitor(visit);
  if (visitor === null) return form === null ? showLogin(visit, 200, "", null) : sendBack(res, HOME);
  const { person } = visitor;
  const ctx = contextOf(deps, req, { kind: "user", id: person.id, name: person.email });
  if (form === null) {
    if (asked.client !== undefined) return showWithdrawal(visit, visitor, ctx, asked.client);
    if (asked.act === "sign-out-everywhere") return showEverywhere(visit, visitor, ctx);
    if (url.pathname === HOME) return showAccount(visit, visitor, ctx);
    return refuseMethod(res, "POST");
  }
  const act = actOf(asked, visitor);
  if (act === null) return refuseMethod(res, "GET");
  try {
    await act.run(ctx);
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") return notThere(visit);
    throw error;
  }
  leaveNotice(res, deps.env.authorityIssuer, act.done);
  sendBack(res, HOME);
}

/**
 * Serves `/account`: where a person is signed in and which applications may act for them, and ends what they say. The single sign-on's own session lets them
 * in; forms are taken from our own pages alone.
 */
export async function handleAccount(
  deps: EngineDeps,
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const asker = addressAsker(factsOf(deps, req).ip);
  try {
    if (deps.isStale()) throw notReady();
    if (req.method !== "GET" && req.method !== "POST") return refuseMethod(res, "GET, POST");
    const url = new URL(req.url ?? "/", deps.env.authorityIssuer);
    const form = req.method === "POST" ? await readForm(req, deps.env.authorityIssuer) : null;
    const visit = { deps, provider, req, res, url, form };
    await deps.bounds.turnstile.pass(asker, ENGINE_COST, () => answer(visit));
  } catch (error) {
    await answerProblem(deps, req, res, asker, error);
  }
}
