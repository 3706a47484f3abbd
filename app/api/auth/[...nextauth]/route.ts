import { randomUUID } from "node:crypto";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { requireWithinBound } from "#app/_lib/actor-bound.ts";
import { authOptions, type Later } from "#app/_lib/auth-options.ts";
import { findQuestion, questionCookie, spentCheckCookies, stepUpKindOf } from "#app/_lib/check-cookies.ts";
import { callerOf } from "#app/_lib/context-of.ts";
import { logRefused } from "#app/_lib/log-refused.ts";
import { requireNoForeignOrigin, requireSameOrigin } from "#app/_lib/origin-check.ts";
import { passkeyCookie, passkeyCookieName } from "#app/_lib/passkey-cookie.ts";
import { logProblem, problemResponse, RequestRefusal } from "#app/_lib/problem.ts";
import { ProviderFlow, refusalCode, refusedUrl, waitOf } from "#app/_lib/provider-flow.ts";
import { providerMeans } from "#app/_lib/provider-means.ts";
import { readBounded } from "#app/_lib/read-body.ts";
import { safePath } from "#app/_lib/safe-path.ts";
import { derivedKey } from "#app/_lib/secrets.ts";
import { findCookie, sessionCookieName } from "#app/_lib/session-cookie.ts";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError, notFound } from "#lib/errors.ts";
import { isUuid } from "#lib/ids.ts";
import { MAX_FORM_BYTES } from "#lib/input/body-bound.ts";
import { openProvider } from "#lib/sign-in-providers/open-provider.ts";
import { ProviderRefused } from "#lib/sign-in-providers/provider-refused.ts";
import { beginStepUpInput } from "#lib/step-up/input.ts";

const NEXT_MAX = 500;

type Segments = { params: Promise<{ nextauth: string[] }> };

/** What next-auth would put into a header, and fail: it echoes `error` and `callbackUrl`. */
function requirePlainQuery(url: string): void {
  for (const [name, value] of new URL(url).searchParams)
    if (/\p{Cc}/u.test(name + value)) {
      const path = name.replaceAll(/\p{Cc}/gu, "").slice(0, 100) || "query";
      const message = "has control characters";
      throw new RequestRefusal(400, "INVALID_INPUT", `${path}: ${message}`, [{ path, message }]);
    }
}

/** A session comes from a browser, which says where its forms are from; tools that sign in have neither. */
function requireOwnPage(headers: Headers): void {
  const { consoleUrl } = getEnv();
  const hasSession = findCookie(headers.get("cookie"), sessionCookieName(getEnv())) !== null;
  if (hasSession) requireSameOrigin(headers, consoleUrl);
  else requireNoForeignOrigin(headers, consoleUrl);
}

function requireForm(headers: Headers): void {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    throw new RequestRefusal(
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "Send the form as application/x-www-form-urlencoded.",
    );
}

/** next-auth behind the same door as the API: who calls is known first, other sites' pages and large bodies are refused. */
async function handle(request: NextRequest, context: Segments): Promise<Response> {
  const requestId = randomUUID();
  try {
    const { ctx } = await callerOf(request.headers, requestId);
    requirePlainQuery(request.url);
    const [action, providerId = ""] = (await context.params).nextauth;
    if (isUuid(providerId) && (action === "signin" || action === "callback"))
      return await handleProvider(request, context, { ctx, action, providerId });
    const failures: unknown[] = [];
    const later: Later = {};
    const challenge = findCookie(request.headers.get("cookie"), passkeyCookieName(getEnv()));
    const bounded = request.method === "POST" ? (await readForm(request)).request : request;
    const response: Response = await NextAuth(
      bounded,
      context,
      authOptions(ctx, failures, challenge, null, later),
    );
    if (failures.length > 0) throw failures[0];
    // answered once, whatever came of it: the page asks for another one
    if (challenge !== null && request.nextUrl.pathname.endsWith("/callback/passkey"))
      response.headers.append("set-cookie", passkeyCookie(getEnv(), ""));
    if (later.seconds !== undefined) response.headers.set("retry-after", String(later.seconds));
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    logProblem(error, requestId, `${request.method} /api/auth`);
    return problemResponse(error, requestId);
  }
}

/** The form of one of our own pages, and the request as next-auth gets it. `url` says otherwise than the request where its query is not to be passed on. */
async function readForm(request: NextRequest, url = request.url) {
  requireOwnPage(request.headers);
  requireForm(request.headers);
  const body = await readBounded(request, MAX_FORM_BYTES);
  const form = new URLSearchParams(new TextDecoder().decode(body));
  const init = { method: "POST", headers: request.headers, body: body as BodyInit };
  return { form, request: new NextRequest(url, init) };
}

type Asked = { ctx: Context; action: "signin" | "callback"; providerId: string };

/** A question to a provider, or its answer. Strangers' attempts are counted by address, in memory, before anything is read for them. */
async function handleProvider(
  request: NextRequest,
  context: Segments,
  { ctx, action, providerId }: Asked,
): Promise<Response> {
  requireWithinBound(ctx);
  return action === "signin"
    ? askProvider(request, context, { ctx, providerId })
    : hearProvider(request, context, { ctx, providerId });
}

/** The one act that a step-up is for. */
function subjectOf(form: URLSearchParams): string | null {
  const parsed = beginStepUpInput.safeParse({
    kind: form.get("kind"),
    subject: form.get("subject") ?? undefined,
  });
  if (!parsed.success)
    throw new DomainError("INVALID_INPUT", "subject: is none", {
      fields: [{ path: "subject", message: "is none" }],
    });
  return parsed.data.subject ?? null;
}

/** Where the form says that its person wanted to go; what a cookie has no room for is forgotten. */
function nextOf(form: URLSearchParams): string {
  const next = safePath(form.get("callbackUrl"));
  return next.length > NEXT_MAX ? "/" : next;
}

/** Begins: what next-auth answers leads the browser to the provider. */
async function askProvider(
  request: NextRequest,
  context: Segments,
  { ctx, providerId }: Omit<Asked, "action">,
): Promise<Response> {
  // of a query next-auth makes parameters of the question
  const { form, request: bounded } = await readForm(
    request,
    new URL(request.nextUrl.pathname, request.url).href,
  );
  const kind = stepUpKindOf(form.get("kind"));
  const stepUp =
    kind !== null && ctx.actor.kind === "admin"
      ? { sessionId: ctx.actor.sessionId, kind, subject: subjectOf(form) }
      : null;
  if (form.has("kind") && stepUp === null) throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  const question = { askedAtMs: ctx.now.getTime(), next: nextOf(form), stepUp };
  try {
    const provider = await openProvider(ctx.db, { providerId, ...providerMeans() });
    if (provider === null) throw notFound("The provider");
    const flow = new ProviderFlow(ctx, provider, { question });
    const response: Response = await NextAuth(bounded, context, authOptions(ctx, [], null, flow));
    response.headers.set("cache-control", "no-store");
    const state = await stateOf(response);
    // none: the form was not one of ours, and leads nowhere
    if (state !== null) {
      const asked = { state, provider: providerId, question };
      response.headers.append(
        "set-cookie",
        await questionCookie(getEnv(), asked, derivedKey("provider-question"), ctx.now),
      );
    }
    return response;
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    logRefused(error, ctx.requestId);
    return Response.json(
      { url: refusedUrl(question, error.why) },
      { headers: { "cache-control": "no-store" } },
    );
  }
}

/** The state of the question that next-auth has made, as it stands in the address that its answer leads to. */
async function stateOf(response: Response): Promise<string | null> {
  const { url } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { url?: string };
  return URL.parse(url ?? "")?.searchParams.get("state") ?? null;
}

/** Ends: signed in, or proven to be there, or a page that says in our own words what to do. The cookies of the question go in any case. */
async function hearProvider(
  request: NextRequest,
  context: Segments,
  { ctx, providerId }: Omit<Asked, "action">,
): Promise<Response> {
  const key = derivedKey("provider-question");
  // who was sent to no provider brings nobody's answer: nothing is looked up
  const asked = await findQuestion(getEnv(), request.headers.get("cookie"), key, ctx.now);
  if (asked === null || asked.provider !== providerId)
    return lead(refusedUrl(asked?.question ?? null, "FLOW_OVER"));
  let refused: unknown;
  try {
    const provider = await openProvider(ctx.db, { providerId, ...providerMeans() });
    if (provider === null)
      throw new ProviderRefused("PROVIDER_DECLINED", "unknown or disabled", { isOnRecord: false });
    const { state, expiresAt, question } = asked;
    const answer = request.nextUrl.searchParams;
    // the question that this browser keeps is the one that is answered
    if (answer.getAll("state").join(" ") !== state) throw new ProviderRefused("FLOW_OVER");
    const flow = new ProviderFlow(ctx, provider, { question, answer, asked: { value: state, expiresAt } });
    if (answer.has("error")) await flow.refuseError(state);
    const response: Response = await NextAuth(request, context, authOptions(ctx, [], null, flow));
    if (flow.isDone) return lead(landingOf(response), response.headers.getSetCookie());
    refused = flow.refused ?? new ProviderRefused("FLOW_OVER");
  } catch (error) {
    refused = error;
  }
  logRefused(refused, ctx.requestId);
  return lead(refusedUrl(asked.question, refusalCode(refused), waitOf(refused)));
}

/** A path of this console, whatever was asked for. */
function landingOf(response: Response): string {
  const { consoleUrl } = getEnv();
  const url = URL.parse(response.headers.get("location") ?? "", consoleUrl);
  if (url?.pathname === "/step-up") return `${consoleUrl}/step-up`;
  const path =
    url?.origin === new URL(consoleUrl).origin ? safePath(`${url.pathname}${url.search}${url.hash}`) : "/";
  return `${consoleUrl}${path}`;
}

function lead(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of [...cookies, ...spentCheckCookies(getEnv())]) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

export { handle as GET, handle as POST };
