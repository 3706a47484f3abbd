import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { findSession } from "#lib/admins/find-session.ts";
import { ADMIN_SESSION_ABSOLUTE_SECONDS } from "#lib/admins/model.ts";
import { type SignInResult, signIn } from "#lib/admins/sign-in.ts";
import { signInWithPasskey } from "#lib/admins/sign-in-with-passkey.ts";
import { signOut } from "#lib/admins/sign-out.ts";
import type { Context } from "#lib/context.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { passkeyAnswer } from "#lib/passkeys/input.ts";
import { checkCookies } from "./check-cookies.ts";
import { passkeyMeans } from "./passkey-means.ts";
import { logProblem } from "./problem.ts";
import type { ProviderFlow } from "./provider-flow.ts";
import { derivedKey, keyWrapper } from "./secrets.ts";
import { isSecure, openSession, sealSession, sessionCookieName } from "./session-cookie.ts";

const credentials = z.object({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(256),
  code: z.string().max(16).default(""),
  enrolment: z.string().max(2000).optional(),
  recoveryCode: z.string().max(64).optional(),
});

/** The browser's answer, as JSON in the one field that a form has for it. */
const passkeyCredentials = z.object({ answer: z.string().max(14_000) });

export type Later = { seconds?: number };

/**
 * next-auth for one request. Its cookie carries a session id and nothing else; the session is a row.
 * `failures` receives what next-auth would only log, so that a sign-out that did not happen is not answered as one. `challenge` is the sealed one that this
 * browser was asked to sign, where it was; `flow` the provider that is asked or has answered, where one is. `later` receives after how many seconds a
 * sign-in that came too often may be tried again.
 */
export function authOptions(
  ctx: Context,
  failures: unknown[],
  challenge: string | null = null,
  flow: ProviderFlow | null = null,
  later: Later = {},
): NextAuthOptions {
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
      ...checkCookies(env),
    },
    session: { strategy: "jwt", maxAge: ADMIN_SESSION_ABSOLUTE_SECONDS },
    jwt: {
      maxAge: ADMIN_SESSION_ABSOLUTE_SECONDS,
      encode: ({ token, maxAge }) =>
        sealSession(
          String(token?.sid),
          derivedKey("session"),
          maxAge ?? ADMIN_SESSION_ABSOLUTE_SECONDS,
          ctx.now,
        ),
      decode: async ({ token }) => {
        const sid = token === undefined ? null : await openSession(token, derivedKey("session"), ctx.now);
        return sid === null ? null : { sid };
      },
    },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        id: "credentials",
        name: "Password and code",
        credentials: { email: {}, password: {}, code: {}, enrolment: {}, recoveryCode: {} },
        authorize: (given) => authorize(ctx, given, later),
      }),
      Credentials({
        id: "passkey",
        name: "Passkey",
        credentials: { answer: {} },
        authorize: (given) => authorizePasskey(ctx, given, challenge, later),
      }),
      ...(flow === null ? [] : [flow.option()]),
    ],
    callbacks: {
      async signIn({ user, account }) {
        if (account?.type !== "oauth") return true;
        return flow === null ? false : enterByProvider(flow, user);
      },
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

/** Gives next-auth the session that a provider's word opened; a step-up opens none, and leads to its own page. */
async function enterByProvider(flow: ProviderFlow, user: object): Promise<boolean | string> {
  try {
    const entered = await flow.enter();
    flow.isDone = true;
    if (entered === null) return `${getEnv().consoleUrl}/step-up`;
    Object.assign(user, { id: entered.adminId, sid: entered.sessionId });
    return true;
  } catch (error) {
    flow.refused = error;
    return false;
  }
}

async function authorize(ctx: Context, given: unknown, later: Later) {
  const parsed = credentials.safeParse(given);
  if (!parsed.success) return null;
  return enter(ctx, later, () => signIn(ctx, parsed.data, keyWrapper()));
}

async function authorizePasskey(ctx: Context, given: unknown, sealed: string | null, later: Later) {
  const parsed = passkeyCredentials.safeParse(given);
  const answer = parsed.success ? readAnswer(parsed.data.answer) : null;
  if (answer === null || sealed === null) return null;
  return enter(ctx, later, () => signInWithPasskey(ctx, { sealed, answer }, passkeyMeans()));
}

function readAnswer(text: string) {
  try {
    return passkeyAnswer.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function enter(ctx: Context, later: Later, signInNow: () => Promise<SignInResult>) {
  let result: SignInResult;
  try {
    result = await signInNow();
  } catch (error) {
    logProblem(error, ctx.requestId, "sign-in");
    if (error instanceof DomainError && error.retryAfterSeconds !== undefined)
      later.seconds = error.retryAfterSeconds;
    throw new Error(publicCode(error));
  }
  if (result.outcome === "enrolment_required") throw new Error("ENROLMENT_REQUIRED");
  return { id: result.admin.id, sid: result.sessionId };
}

/** What the sign-in page learns in `error`: never why a password or code was refused. */
function publicCode(error: unknown): string {
  if (error instanceof DomainError && error.retryAfterSeconds !== undefined)
    return `${error.code}:${error.retryAfterSeconds}`;
  if (error instanceof DomainError) return error.code === "NOT_SIGNED_IN" ? "CredentialsSignin" : error.code;
  return isUnavailable(error) ? "UNAVAILABLE" : "INTERNAL";
}
