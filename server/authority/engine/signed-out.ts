import type { KoaContextWithOIDC } from "oidc-provider";

/**
 * Answers a sign-out by a browser in which nobody is signed in at once: there is nothing to ask about and nothing to keep. The engine has
 * checked the request; it would make a session to hold the way back, for whoever comes.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export async function answerSignedOut(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.path !== "/oauth/logout" || ctx.status !== 200) return;
  const { session } = ctx.oidc;
  if (session === undefined || session.accountId !== undefined) return;
  const { postLogoutRedirectUri, state } = (session.state ?? {}) as Record<string, string | undefined>;
  const target = new URL(postLogoutRedirectUri ?? ctx.oidc.urlFor("end_session_success"));
  if (postLogoutRedirectUri !== undefined && state !== undefined) target.searchParams.set("state", state);
  ctx.remove("set-cookie");
  ctx.status = 303;
  ctx.redirect(target.href);
}
