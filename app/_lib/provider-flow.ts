import type { OAuthConfig } from "next-auth/providers/oauth";
import { attemptKeys } from "#lib/admins/check-password.ts";
import { SIGN_IN_LIMITS } from "#lib/admins/model.ts";
import type { Context } from "#lib/context.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import type { Challenge } from "#lib/passkeys/challenge.ts";
import { releaseAttempt } from "#lib/passwords/throttle.ts";
import { exchangeCode, type ProviderIdentity } from "#lib/sign-in-providers/exchange-code.ts";
import { hearAnswer } from "#lib/sign-in-providers/hear-answer.ts";
import { PROVIDER_SKEW_SECONDS, type ProviderRefusal } from "#lib/sign-in-providers/model.ts";
import type { OpenProvider } from "#lib/sign-in-providers/open-provider.ts";
import { proveByProvider } from "#lib/sign-in-providers/prove-by-provider.ts";
import { ProviderRefused } from "#lib/sign-in-providers/provider-refused.ts";
import { signInByProvider } from "#lib/sign-in-providers/sign-in-by-provider.ts";
import type { FlowQuestion } from "./check-cookies.ts";
import { answerMeans } from "./provider-means.ts";
import { safePath } from "./safe-path.ts";

/**
 * One question to a provider, or its answer, as next-auth is led through it: next-auth makes state, nonce and verifier, keeps them in the browser, and opens the session; what
 * the provider answers is checked by `exchangeCode`, who comes in is decided by the use cases.
 */
export class ProviderFlow {
  readonly provider: OpenProvider;
  /** Of an answer: as the browser brought it, with what is there twice, and the question that it is the answer to. */
  readonly #answer: URLSearchParams;
  readonly #asked: Challenge | null;
  readonly #ctx: Context;
  /** What is asked for; of an answer, what was. */
  readonly question: FlowQuestion;
  #identity: ProviderIdentity | null = null;
  /** Why it came to nothing. */
  refused: unknown = null;
  isDone = false;

  constructor(
    ctx: Context,
    provider: OpenProvider,
    given: { question: FlowQuestion; answer?: URLSearchParams; asked?: Challenge },
  ) {
    this.#ctx = ctx;
    this.provider = provider;
    this.#answer = given.answer ?? new URLSearchParams();
    this.#asked = given.asked ?? null;
    this.question = given.question;
  }

  /** The provider as next-auth knows it. The secret stays here: next-auth makes the question, and calls nobody. */
  option(): OAuthConfig<{ sub: string }> {
    const { id, name, issuer, clientId, metadata } = this.provider;
    return {
      id,
      name,
      type: "oauth",
      issuer,
      clientId,
      client: { token_endpoint_auth_method: "none" },
      idToken: true,
      checks: ["state", "nonce", "pkce"],
      authorization: { url: metadata.authorization_endpoint, params: this.#params() },
      token: {
        url: metadata.token_endpoint,
        request: async ({ checks, provider }) => {
          await this.#exchange(checks, provider.callbackUrl);
          return { tokens: {} };
        },
      },
      userinfo: { request: async () => ({ sub: this.#identity?.subject ?? "" }) },
      profile: ({ sub }) => ({ id: sub }),
    };
  }

  #params(): Record<string, string> {
    const { scopes, acrValues, requiredAcr, maxAgeSeconds } = this.provider;
    const acr = [...new Set([...acrValues, ...requiredAcr])];
    const again = { prompt: "login", max_age: "0" };
    return {
      scope: scopes.join(" "),
      ...(acr.length === 0 ? {} : { acr_values: acr.join(" ") }),
      ...(maxAgeSeconds === null ? {} : { max_age: String(maxAgeSeconds) }),
      ...(this.question.stepUp === null ? {} : again),
    };
  }

  async #exchange(
    { state, nonce, code_verifier }: { state?: string; nonce?: string; code_verifier?: string },
    redirectUri: string,
  ): Promise<void> {
    try {
      if (this.#asked === null) throw new ProviderRefused("FLOW_OVER", undefined, { isOnRecord: false });
      const asked = {
        state: state ?? "",
        nonce: nonce ?? "",
        codeVerifier: code_verifier ?? "",
        redirectUri,
      };
      // a cookie says until when: what was spent is remembered for a little longer
      const expiresAt = new Date(this.#asked.expiresAt.getTime() + PROVIDER_SKEW_SECONDS * 1000);
      this.#identity = await hearAnswer(
        this.#ctx,
        {
          provider: this.provider,
          answer: this.#answer,
          asked,
          question: { value: this.#asked.value, expiresAt },
        },
        answerMeans(),
      );
    } catch (error) {
      this.refused = error;
      throw error;
    }
  }

  /** The provider's answer is an error: held to the question like any other, then told in our words. next-auth would look at the error alone. @throws {ProviderRefused} */
  async refuseError(state: string): Promise<never> {
    const asked = { state, nonce: "", codeVerifier: "", redirectUri: "" };
    await exchangeCode(answerMeans().outbound, this.provider, this.#answer, { asked, now: this.#ctx.now });
    throw new ProviderRefused("PROVIDER_FAILED", "an error that is none", { isOnRecord: false });
  }

  /** Signs in, or takes the proof. @returns the session, or null where it was a step-up. @throws {ProviderRefused | DomainError} */
  async enter(): Promise<{ adminId: string; sessionId: string } | null> {
    const [identity, { stepUp, askedAtMs }] = [this.#identity, this.question];
    if (identity === null) throw new ProviderRefused("FLOW_OVER", undefined, { isOnRecord: false });
    const providerId = this.provider.id;
    if (stepUp === null) return signInByProvider(this.#ctx, { providerId, identity });
    const flow = { ...stepUp, askedAt: new Date(askedAtMs) };
    await proveByProvider(this.#ctx, { providerId, identity, flow });
    await releaseAttempt(this.#ctx.db, {
      cleared: [],
      returned: [attemptKeys(this.#ctx, "").providerAddress],
      windowSeconds: SIGN_IN_LIMITS.windowSeconds,
      now: this.#ctx.now,
    });
    return null;
  }
}

/** Why nobody came in, as its page says it. */
export function refusalCode(error: unknown): ProviderRefusal {
  if (error instanceof ProviderRefused) return error.why;
  if (error instanceof DomainError && error.code === "TOO_MANY_ATTEMPTS") return "TOO_MANY_ATTEMPTS";
  if (error instanceof DomainError && ["NOT_SIGNED_IN", "CONFLICT"].includes(error.code))
    return "OTHER_PERSON";
  return isUnavailable(error) || error instanceof DomainError ? "UNAVAILABLE" : "PROVIDER_FAILED";
}

/** After how many seconds somebody who tried too often may try again. */
export function waitOf(error: unknown): number | null {
  return error instanceof DomainError ? (error.retryAfterSeconds ?? null) : null;
}

/** Where somebody lands who was refused: on the sign-in page, which still knows where they wanted to go, or in the window of the step-up. */
export function refusedUrl(
  question: FlowQuestion | null,
  because: ProviderRefusal,
  waitSeconds: number | null = null,
): string {
  const { consoleUrl } = getEnv();
  const why = waitSeconds === null ? because : `${because}&wait=${waitSeconds}`;
  if (question?.stepUp) return `${consoleUrl}/step-up?refused=${why}`;
  const next = safePath(question?.next);
  const then = next === "/" ? "" : `&next=${encodeURIComponent(next)}`;
  return `${consoleUrl}/sign-in?refused=${why}${then}`;
}
