import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { DomainError } from "#lib/errors.ts";
import { signInUser } from "#lib/sign-in/sign-in-user.ts";
import { addressAsker } from "#server/authority/bounds/bounds.ts";
import { consentPage } from "#server/authority/pages/consent.ts";
import { loginPage } from "#server/authority/pages/login.ts";
import { STYLESHEET } from "#server/authority/pages/stylesheet.ts";
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
import { answerProblem, sendBack, sendPage } from "./page-answers.ts";
import { BadForm, readForm } from "./read-form.ts";
import { contextOf, factsOf, NOBODY } from "./request-facts.ts";
import { formTargets, STYLESHEET_PATH } from "./security-headers.ts";
import { shownAgain } from "./shown-again.ts";
import { ENGINE_COST } from "./throttle.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;
type Visit = {
  deps: EngineDeps;
  provider: Provider;
  req: IncomingMessage;
  res: ServerResponse;
  interaction: Interaction;
};

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
  sendBack(res, returnTo);
}

function showLogin(visit: Visit, status: number, email: string, problem: string | null): void {
  const action = `/interaction/${visit.interaction.uid}`;
  const { environmentName } = visit.deps.env;
  const page = loginPage({
    action,
    goal: clientOf(visit).name,
    canCancel: true,
    email,
    problem,
    notice: null,
    organisation: visit.deps.registry().organisation.name,
    environment: environmentName,
  });
  sendPage(visit.res, status, page, targetsOf(visit));
}

async function signIn(visit: Visit, form: URLSearchParams): Promise<void> {
  const email = form.get("email") ?? "";
  try {
    const ctx = contextOf(visit.deps, visit.req, NOBODY);
    const atMs = Date.now();
    const user = await signInUser(ctx, { email, password: form.get("password") ?? "" });
    const ts = Math.floor(ctx.now.getTime() / 1_000);
    await finish(visit, { login: { accountId: user.id, remember: true, amr: ["pwd"], ts, atMs } });
  } catch (error) {
    if (
      !(error instanceof DomainError) ||
      (error.code !== "NOT_SIGNED_IN" && error.code !== "TOO_MANY_ATTEMPTS")
    )
      throw error;
    if (error.retryAfterSeconds !== undefined)
      visit.res.setHeader("retry-after", String(error.retryAfterSeconds));
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
  const grantId = await grantConsent(ctx, deps, provider, client, interaction, request);
  await finish(visit, { consent: { grantId } });
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
    await answerProblem(deps, req, res, asker, error);
  }
}
