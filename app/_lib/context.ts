import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Actor, Context } from "#lib/context.ts";
import { callerOf, hadSession } from "./context-of.ts";
import { safePath } from "./safe-path.ts";

/** A context whose actor is an admin in a live session. */
export type SignedInContext = Context & { actor: Extract<Actor, { kind: "admin" }> };

/** The context of the request that a server component renders for; looked up once per request. */
export const requestContext: () => Promise<Context> = cache(async () => {
  return (await callerOf(new Headers(await headers()))).ctx;
});

/**
 * The context of a signed-in admin; anybody else is sent to the sign-in page, and back to `path` after it.
 *
 * @param path where to return to: a path of this console with its query.
 */
export async function requireSignedIn(path = "/"): Promise<SignedInContext> {
  const ctx = await requestContext();
  if (ctx.actor.kind === "admin") return ctx as SignedInContext;
  const query = new URLSearchParams();
  if (path !== "/") query.set("next", safePath(path));
  // a browser that still has a session of ours was signed in: it is told why it is not
  if (await hadSession(await headers())) query.set("why", "ended");
  redirect(query.size === 0 ? "/sign-in" : `/sign-in?${query}`);
}
