import { EncryptJWT, jwtDecrypt } from "jose";
import type { Env } from "#lib/env.ts";
import { FLOW_SECONDS } from "#lib/sign-in-providers/model.ts";
import { STEP_UP_KINDS, type StepUpKind } from "#lib/step-up/model.ts";
import { isSecure } from "./session-cookie.ts";

/** What next-auth keeps in the browser between the question to a provider and its answer. */
export const CHECKS = ["state", "nonce", "pkceCodeVerifier"] as const;
type Check = (typeof CHECKS)[number];

/** What the question was for: signing in, or a step-up of one session. */
export type FlowQuestion = { askedAtMs: number; stepUp: { sessionId: string; kind: StepUpKind } | null };
export type OpenedCheck = { value: string; provider: string; question: FlowQuestion };

const NAMES: Record<Check, string> = { state: "state", nonce: "nonce", pkceCodeVerifier: "verifier" };

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
  ) as Record<Check, { name: string; options: typeof options }>;
}

/** Set-Cookie lines that take them away: a question is answered once, however that ends. */
export function spentCheckCookies(env: Pick<Env, "consoleUrl">): string[] {
  const secure = isSecure(env) ? "; Secure" : "";
  return CHECKS.map(
    (check) => `${checkCookieName(env, check)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${secure}`,
  );
}

/** Seals one of them, bound to its cookie's name, to the provider and to what is asked for. */
export async function sealCheck(
  { value, provider, question }: OpenedCheck,
  { name, key }: { name: string; key: Uint8Array },
): Promise<string> {
  return new EncryptJWT({ value, provider, question })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: "tw-check" })
    .setAudience(name)
    .setIssuedAt()
    .setExpirationTime(`${FLOW_SECONDS}s`)
    .encrypt(key);
}

/** What was sealed for a cookie of that name, or null for anything that we did not seal for it or that is past its time. */
export async function openCheck(
  cookie: string,
  { name, key }: { name: string; key: Uint8Array },
): Promise<(OpenedCheck & { expiresAt: Date }) | null> {
  if (cookie.length > 2048) return null;
  try {
    const { payload } = await jwtDecrypt(cookie, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      typ: "tw-check",
      audience: name,
    });
    const { value, provider, question, exp } = payload as Partial<OpenedCheck> & { exp?: number };
    if (typeof value !== "string" || typeof provider !== "string" || question === undefined) return null;
    return { value, provider, question, expiresAt: new Date((exp ?? 0) * 1000) };
  } catch {
    return null;
  }
}

/** The kind of a form's field; null for none. */
export function stepUpKindOf(text: string | null): StepUpKind | null {
  return STEP_UP_KINDS.find((kind) => kind === text) ?? null;
}
