import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import { errorPage } from "#server/authority/pages/error.ts";
import { loggedOutPage, logoutPage } from "#server/authority/pages/logout.ts";
import type { EngineDeps } from "./deps.ts";
import { AWAY, EXPIRED, FAILED, type ProblemWords, UNUSABLE } from "./problem-words.ts";
import { factsOf } from "./request-facts.ts";

function wordsFor(out: ErrorOut, error: Error): ProblemWords {
  if (error.name === "SessionNotFound") return EXPIRED;
  if (out.error === "temporarily_unavailable") return AWAY;
  return out.error === "server_error" ? FAILED : UNUSABLE;
}

function show(ctx: KoaContextWithOIDC, html: string): void {
  ctx.type = "html";
  ctx.body = html;
}

export function renderEngineError(
  deps: EngineDeps,
  ctx: KoaContextWithOIDC,
  out: ErrorOut,
  error: Error,
): void {
  const { title, text } = wordsFor(out, error);
  const { requestId } = factsOf(deps, ctx.req);
  show(
    ctx,
    errorPage({
      title,
      text,
      code: out.error,
      description: out.error_description ?? null,
      requestId,
      organisation: deps.registry().organisation.name,
      environment: deps.env.environmentName,
    }),
  );
}

/** `form` comes from the engine: it holds the one-time value that the confirmation needs. */
export function renderLogout(deps: EngineDeps, ctx: KoaContextWithOIDC, form: string): void {
  const name = ctx.oidc.client?.clientName ?? null;
  show(
    ctx,
    logoutPage({
      form,
      clientName: name,
      organisation: deps.registry().organisation.name,
      environment: deps.env.environmentName,
    }),
  );
}

export function renderLoggedOut(deps: EngineDeps, ctx: KoaContextWithOIDC): void {
  const name = ctx.oidc.client?.clientName ?? null;
  show(
    ctx,
    loggedOutPage({
      clientName: name,
      organisation: deps.registry().organisation.name,
      environment: deps.env.environmentName,
    }),
  );
}
