import { EncryptJWT, jwtDecrypt } from "jose";
import type { Env } from "#lib/env.ts";
import { FLOW_SECONDS } from "#lib/sign-in-providers/model.ts";
import { STEP_UP_KINDS, type StepUpKind } from "#lib/step-up/model.ts";
import { findCookie, isSecure } from "./session-cookie.ts";

/** What next-auth keeps in the browser between the question to a provider and its answer, sealed by itself, each for its own name and provider. */
export const CHECKS = ["state", "nonce", "pkceCodeVerifier"] as const;
/** And beside them what we do: what the question was for. */
const QUESTION = "question";
type Check = (typeof CHECKS)[number] | typeof QUESTION;

/** Signing in, or a step-up of one session. */
export type FlowQuestion = {
  askedAtMs: number;
  /** Where the person wanted to go: a path of this console. */
  next: string;
  stepUp: { sessionId: string; kind: StepUpKind; subject: string | null } | null;
};
/** A question that was asked: `state` names it. */
export type AskedQuestion = { state: string; provider: string; question: FlowQuestion };

const NAMES: Record<Check, string> = {
  state: "state",
  nonce: "nonce",
  pkceCodeVerifier: "verifier",
  question: "question",
};

/** `__Host-` wherever the console is reached by TLS. */
export function checkCookieName(env: Pick<Env, "consoleUrl">, check: Check): string {
  return `${isSecure(env) ? "__Host-" : ""}tokenwarden.oidc-${NAMES[check]}`;
}

/** As next-auth wants to be told of them. Lax: the provider's answer is a page of another site that leads here. */
export function checkCookies(env: Pick<Env, "consoleUrl">) {
  const options = {
    httpOnly: true,
    sameSite: "lax" as const,
    path: "/",
    secure: isSecure(env),
    maxAge: FLOW_SECONDS,
  };
  return Object.fromEntries(
    CHECKS.map((check) => [check, { name: checkCookieName(env, check), options }]),
  ) as Record<(typeof CHECKS)[number], { name: string; options: typeof options }>;
}

/** Set-Cookie lines that take them away: a question is answered once, however that ends. */
export function spentCheckCookies(env: Pick<Env, "consoleUrl">): string[] {
  return [...CHECKS, QUESTION].map((check) => cookieLine(env, check as Check, "", 0));
}

function cookieLine(env: Pick<Env, "consoleUrl">, check: Check, value: string, maxAge: number): string {
  const secure = isSecure(env) ? "; Secure" : "";
  return `${checkCookieName(env, check)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

/** Set-Cookie for what a question was for. */
export async function questionCookie(
  env: Pick<Env, "consoleUrl">,
  { state, provider, question }: AskedQuestion,
  key: Uint8Array,
  now: Date = new Date(),
): Promise<string> {
  const sealed = await new EncryptJWT({ state, provider, question })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: "tw-question" })
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + FLOW_SECONDS * 1_000))
    .encrypt(key);
  return cookieLine(env, QUESTION, sealed, FLOW_SECONDS);
}

/** The question of a Cookie header; null where there is none that we asked, or its time is over. */
export async function findQuestion(
  env: Pick<Env, "consoleUrl">,
  header: string | null,
  key: Uint8Array,
  now: Date = new Date(),
): Promise<(AskedQuestion & { expiresAt: Date }) | null> {
  const cookie = findCookie(header, checkCookieName(env, QUESTION));
  if (cookie === null || cookie.length > 2048) return null;
  try {
    const { payload } = await jwtDecrypt(cookie, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      typ: "tw-question",
      currentDate: now,
    });
    const { state, provider, question, exp } = payload as Partial<AskedQuestion> & { exp?: number };
    if (state === undefined || provider === undefined || question === undefined) return null;
    return { state, provider, question, expiresAt: new Date((exp ?? 0) * 1000) };
  } catch {
    return null;
  }
}

/** The kind of a form's field; null for none. */
export function stepUpKindOf(text: string | null): StepUpKind | null {
  return STEP_UP_KINDS.find((kind) => kind === text) ?? null;
}
