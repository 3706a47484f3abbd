import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { holdsSecret } from "#lib/audit/redact.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { DomainError } from "#lib/errors.ts";
import { signInUser } from "#lib/sign-in/sign-in-user.ts";
import { addressAsker } from "#server/authority/bounds/bounds.ts";
import { Throttled } from "#server/authority/bounds/throttled.ts";
import { consentPage } from "#server/authority/pages/consent.ts";
import { errorPage } from "#server/authority/pages/error.ts";
import { loginPage } from "#server/authority/pages/login.ts";
import { STYLESHEET } from "#server/authority/pages/stylesheet.ts";
import { logFailure } from "../log-failure.ts";
import {
  aboutLines,
  carriesGroups,
  grantConsent,
  lacksAll,
  listConsentAudiences,
  readConsentRequest,
  staysConnected,
} from "./consent.ts";
import type { EngineDeps } from "./deps.ts";
import { registryClient } from "./model-clients.ts";
import { AWAY, EXPIRED, FAILED } from "./problem-words.ts";
import { BadForm, readForm } from "./read-form.ts";
import { contextOf, factsOf, NOBODY } from "./request-facts.ts";
import { contentSecurityPolicy, formTargets, PAGE_HEADERS, STYLESHEET_PATH } from "./security-headers.ts";
import { ENGINE_COST } from "./throttle.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;
type Visit = {
  deps: EngineDeps;
  provider: Provider;
  req: IncomingMessage;
  res: ServerResponse;
  interaction: Interaction;
};

function sendPage(res: ServerResponse, status: number, html: string, targets: readonly string[] = []): void {
  res.writeHead(status, {
    ...PAGE_HEADERS,
    "content-security-policy": contentSecurityPolicy(targets),
    "content-type": "text/html; charset=utf-8",
  });
  res.end(html);
}

function sendStylesheet(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/css; charset=utf-8", "cache-control": "public, max-age=3600" });
  res.end(STYLESHEET);
}

function targetsOf({ interaction }: Visit): string[] {
  const uri = interaction.params.redirect_uri;
  return typeof uri === "string" ? formTargets([uri]) : [];
}

function clientOf({ deps, interaction }: Visit) {
  return registryClient(deps, String(interaction.params.client_id));
}

async function finish(visit: Visit, result: Parameters<Provider["interactionResult"]>[2]): Promise<void> {
  const { provider, req, res } = visit;
  const returnTo = await provider.interactionResult(req, res, result, { mergeWithLastSubmission: true });
  res.writeHead(303, { ...PAGE_HEADERS, location: returnTo, "content-length": "0" });
  res.end();
}

function showLogin(visit: Visit, status: number, email: string, problem: string | null): void {
  const action = `/interaction/${visit.interaction.uid}`;
  const { environmentName } = visit.deps.env;
  const page = loginPage({
    action,
    clientName: clientOf(visit).name,
    email,
    problem,
    organisation: visit.deps.registry().organisation.name,
    environment: environmentName,
  });
  sendPage(visit.res, status, page, targetsOf(visit));
}

const ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,189}$/;

/** What was typed for an e-mail address, to be shown again: not a password or a token that was typed there. */
function shownAgain(typed: string): string {
  return ADDRESS.test(typed) && !holdsSecret(typed) ? typed : "";
}

async function signIn(visit: Visit, form: URLSearchParams): Promise<void> {
  const email = form.get("email") ?? "";
  try {
    const ctx = contextOf(visit.deps, visit.req, NOBODY);
    const user = await signInUser(ctx, { email, password: form.get("password") ?? "" });
    const ts = Math.floor(ctx.now.getTime() / 1_000);
    await finish(visit, { login: { accountId: user.id, remember: true, amr: ["pwd"], ts } });
  } catch (error) {
    if (
      !(error instanceof DomainError) ||
      (error.code !== "NOT_SIGNED_IN" && error.code !== "TOO_MANY_ATTEMPTS")
    )
      throw error;
    showLogin(visit, error.code === "NOT_SIGNED_IN" ? 401 : 429, shownAgain(email), error.message);
  }
}

async function login(visit: Visit, form: URLSearchParams | null): Promise<void> {
  const hint = visit.interaction.params.login_hint;
  if (form === null) showLogin(visit, 200, typeof hint === "string" ? shownAgain(hint) : "", null);
  else if (form.get("decision") === "cancel") await deny(visit);
  else await signIn(visit, form);
}

async function deny(visit: Visit): Promise<void> {
  await finish(visit, { error: "access_denied", error_description: "the person did not allow it" });
}

async function consent(visit: Visit, form: URLSearchParams | null): Promise<void> {
  const { deps, provider, req, interaction } = visit;
  if (form?.get("decision") === "deny") return deny(visit);
  const client = clientOf(visit);
  const request = await readConsentRequest(contextOf(deps, req, NOBODY), provider, client, interaction);
  if (request === null) throw new errors.SessionNotFound("the session's person is gone");
  const { person } = request;
  const ctx = contextOf(deps, req, { kind: "user", id: person.id, name: person.email });
  if (form === null) {
    const page = consentPage({
      action: `/interaction/${interaction.uid}`,
      clientName: client.name,
      userEmail: person.email,
      isRepeated: request.isRepeated,
      about: aboutLines(request),
      audiences: await listConsentAudiences(ctx, request),
      carriesGroups: carriesGroups(request),
      lacksAll: lacksAll(request),
      staysConnected: staysConnected(client, deps.registry().organisation),
      organisation: deps.registry().organisation.name,
      environment: deps.env.environmentName,
    });
    return sendPage(visit.res, 200, page, targetsOf(visit));
  }
  if (form.get("decision") !== "allow") throw new BadForm(400, "Allow or deny.");
  const grantId = await grantConsent(ctx, provider, client, interaction, request);
  await finish(visit, { consent: { grantId } });
}

type Problem = { status: number; code: string; title: string; text: string };

function problemOf(error: unknown): Problem {
  if (error instanceof Throttled)
    return { status: error.status, code: error.error, title: "Too many requests", text: error.message };
  if (error instanceof BadForm)
    return {
      status: error.status,
      code: "invalid_request",
      title: "This form cannot be used",
      text: `${error.message} Go back and try again.`,
    };
  if (error instanceof errors.SessionNotFound) return { status: 400, code: "invalid_request", ...EXPIRED };
  const isAway = isUnavailable(error) || (error as { statusCode?: unknown }).statusCode === 503;
  if (isAway) return { status: 503, code: "temporarily_unavailable", ...AWAY };
  return { status: 500, code: "server_error", ...FAILED };
}

function sendError(deps: EngineDeps, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const { requestId } = factsOf(deps, req);
  const { status, ...words } = problemOf(error);
  if (status >= 500) logFailure(deps.log, error, { requestId }, "a sign-in page failed", status === 503);
  if (status === 503 || status === 429) res.setHeader("retry-after", "1");
  const environment = deps.env.environmentName;
  const organisation = deps.registry().organisation.name;
  sendPage(res, status, errorPage({ ...words, description: null, requestId, organisation, environment }));
}

/** An error, or what it is when the address had too many of its kind. */
function overBound({ bounds }: EngineDeps, asker: string, error: unknown): unknown {
  if (!(error instanceof BadForm) && !(error instanceof errors.SessionNotFound)) return error;
  try {
    bounds.countGarbage(asker);
    return error;
  } catch (throttled) {
    return throttled;
  }
}

async function answer(
  deps: EngineDeps,
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  form: URLSearchParams | null,
): Promise<void> {
  const { pathname } = new URL(req.url ?? "/", deps.env.authorityIssuer);
  const interaction = await provider.interactionDetails(req, res);
  if (pathname !== `/interaction/${interaction.uid}`) throw new errors.SessionNotFound("another interaction");
  const visit = { deps, provider, req, res, interaction };
  if (interaction.prompt.name === "login") await login(visit, form);
  else await consent(visit, form);
}

/** Serves `/interaction/…`: sign-in, consent and their stylesheet. The interaction's cookie says whose request it is. */
export async function handleInteraction(
  deps: EngineDeps,
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const asker = addressAsker(factsOf(deps, req).ip);
  try {
    const { pathname } = new URL(req.url ?? "/", deps.env.authorityIssuer);
    if (pathname === STYLESHEET_PATH && req.method === "GET") return sendStylesheet(res);
    if (req.method !== "GET" && req.method !== "POST") {
      res.writeHead(405, { allow: "GET, POST" });
      res.end();
      return;
    }
    const form = req.method === "POST" ? await readForm(req, deps.env.authorityIssuer) : null;
    await deps.bounds.turnstile.pass(asker, ENGINE_COST, () => answer(deps, provider, req, res, form));
  } catch (error) {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const problem = overBound(deps, asker, error);
    await deps.bounds.hold(problem);
    sendError(deps, req, res, problem);
  }
}
