import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { test } from "vitest";
import { TestBrowser } from "../engine/test-browser.ts";
import { ANA, discover, type People, REDIRECT_URI, seedPeople, throughPages } from "../engine/test-people.ts";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import type { ModuleId } from "./modules.ts";

export type Suite = {
  instance: TestInstance;
  people: People;
  web: oidc.Configuration;
};

export type SuiteOf = () => Suite;

/** One authority and its people for all modules. */
export async function startSuite(): Promise<Suite> {
  const instance = await startTestInstance(1);
  await instance.db.query("UPDATE organisation SET jwks_cache_seconds = 1");
  const people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
  return { instance, people, web: await discover(instance, people.web) };
}

const held = new Set<ModuleId>();

/** Modules that have a test. */
export function heldModules(): ReadonlySet<ModuleId> {
  return held;
}

/** A test that answers to a module of the foundation's; `what` says it in our words. */
export function module(id: ModuleId, what: string, run: () => Promise<void>, timeoutMs?: number): void {
  held.add(id);
  test(`${id}: ${what}`, run, timeoutMs);
}

export type Asked = { url: URL; verifier: string; state: string; nonce: string | undefined };

/** An authorization request as openid-client builds it, with a nonce unless told otherwise. */
export async function ask(
  config: oidc.Configuration,
  parameters: Record<string, string> = {},
  { withNonce = true } = {},
): Promise<Asked> {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = withNonce ? oidc.randomNonce() : undefined;
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    ...(nonce === undefined ? {} : { nonce }),
    ...parameters,
  });
  return { url, verifier, state, nonce };
}

/** Exchanges the code of a callback; openid-client checks issuer, state, nonce, signature, audience and times. */
export function exchange(config: oidc.Configuration, asked: Asked, callback: URL, maxAge?: number) {
  return oidc.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    ...(asked.nonce === undefined ? {} : { expectedNonce: asked.nonce }),
    ...(maxAge === undefined ? {} : { maxAge }),
    idTokenExpected: true,
  });
}

/** A whole flow through the pages. */
export async function flow(
  config: oidc.Configuration,
  parameters: Record<string, string> = {},
  { browser = new TestBrowser(), withNonce = true, maxAge = undefined as number | undefined } = {},
) {
  const asked = await ask(config, parameters, { withNonce });
  const callback = await throughPages(browser, asked.url, ANA);
  const tokens = await exchange(config, asked, callback, maxAge);
  return { tokens, browser, callback, asked };
}

/** The page that a request ends at, or the callback that it leaves to. */
export async function open(browser: TestBrowser, url: URL) {
  const step = await browser.open(url);
  const isBack = step.url.href.startsWith(REDIRECT_URI);
  return { ...step, isBack, html: isBack ? "" : await step.response.text() };
}

/** The claims of an ID token that our published keys verify. */
export async function idTokenClaims(suite: Suite, idToken: string | undefined): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${suite.instance.issuer}/oauth/jwks`));
  const { payload } = await jwtVerify(idToken ?? "", keys, {
    issuer: suite.instance.issuer,
    audience: suite.people.web.clientId,
    requiredClaims: ["sub", "iat", "exp"],
  });
  return payload;
}
