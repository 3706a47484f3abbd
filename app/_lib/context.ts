import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Actor, Context } from "#lib/context.ts";
import { callerOf } from "./context-of.ts";
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
  redirect(path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(safePath(path))}`);
}
