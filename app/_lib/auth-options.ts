import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { findSession } from "#lib/admins/find-session.ts";
import { ADMIN_SESSION_ABSOLUTE_SECONDS } from "#lib/admins/model.ts";
import { signIn } from "#lib/admins/sign-in.ts";
import { signOut } from "#lib/admins/sign-out.ts";
import type { Context } from "#lib/context.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { logProblem } from "./problem.ts";
import { derivedKey, keyWrapper } from "./secrets.ts";
import { isSecure, openSession, sealSession, sessionCookieName } from "./session-cookie.ts";

const credentials = z.object({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(256),
  code: z.string().max(16).default(""),
  enrolment: z.string().max(2000).optional(),
});

/**
 * next-auth for one request. Its cookie carries a session id and nothing else; the session is a row.
 * `failures` receives what next-auth would only log, so that a sign-out that did not happen is not answered as one.
 */
export function authOptions(ctx: Context, failures: unknown[]): NextAuthOptions {
  const env = getEnv();
  // next-auth reads its own address from here alone
  process.env.NEXTAUTH_URL = env.consoleUrl;
  const secure = isSecure(env);
  return {
    secret: derivedKey("next-auth").toString("hex"),
    useSecureCookies: secure,
    cookies: {
      sessionToken: {
        name: sessionCookieName(env),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure },
      },
    },
    session: { strategy: "jwt", maxAge: ADMIN_SESSION_ABSOLUTE_SECONDS },
    jwt: {
      maxAge: ADMIN_SESSION_ABSOLUTE_SECONDS,
      encode: ({ token, maxAge }) =>
        sealSession(String(token?.sid), derivedKey("session"), maxAge ?? ADMIN_SESSION_ABSOLUTE_SECONDS),
      decode: async ({ token }) => {
        const sid = token === undefined ? null : await openSession(token, derivedKey("session"));
        return sid === null ? null : { sid };
      },
    },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        id: "credentials",
        name: "Password and code",
        credentials: { email: {}, password: {}, code: {}, enrolment: {} },
        authorize: (given) => authorize(ctx, given),
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        if (user !== undefined && "sid" in user) return { sid: user.sid };
        const sid = String(token.sid);
        if ((await findSession(ctx.db, { sessionId: sid, now: ctx.now })) === null)
          throw new Error("the session is over");
        return { sid };
      },
      async session({ session, token }) {
        const live = await findSession(ctx.db, { sessionId: String(token.sid), now: ctx.now });
        return { expires: session.expires, user: { name: live?.name ?? null, email: live?.email ?? null } };
      },
    },
    events: {
      async signOut() {
        try {
          await signOut(ctx);
        } catch (error) {
          failures.push(error);
        }
      },
    },
    // its own log lines hold errors whole: ours are written by logProblem
    logger: { error() {}, warn() {}, debug() {} },
  };
}

async function authorize(ctx: Context, given: unknown) {
  const parsed = credentials.safeParse(given);
  if (!parsed.success) return null;
  let result: Awaited<ReturnType<typeof signIn>>;
  try {
    result = await signIn(ctx, parsed.data, keyWrapper());
  } catch (error) {
    logProblem(error, ctx.requestId, "sign-in");
    throw new Error(publicCode(error));
  }
  if (result.outcome === "enrolment_required") throw new Error("ENROLMENT_REQUIRED");
  return { id: result.admin.id, sid: result.sessionId };
}

/** What the sign-in page learns in `error`: never why a password or code was refused. */
function publicCode(error: unknown): string {
  if (error instanceof DomainError) return error.code === "NOT_SIGNED_IN" ? "CredentialsSignin" : error.code;
  return isUnavailable(error) ? "UNAVAILABLE" : "INTERNAL";
}
