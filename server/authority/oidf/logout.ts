import * as oidc from "openid-client";
import { expect } from "vitest";
import type { TestBrowser } from "../engine/test-browser.ts";
import { ask, flow, module, open, type SuiteOf } from "./suite.ts";

const BYE = "https://app.example.com/bye";

/** OpenID Connect RP-Initiated Logout 1.0. */
export function logoutModules(suiteOf: SuiteOf): void {
  const isSignedIn = async (browser: TestBrowser) => {
    const { url } = await open(browser, (await ask(suiteOf().web, { prompt: "none" })).url);
    return url.searchParams.get("error") === null;
  };

  /** Asks for the end of the session; says yes where there is a question. */
  async function logOut(browser: TestBrowser, parameters: Record<string, string>) {
    const url = oidc.buildEndSessionUrl(suiteOf().web, parameters);
    if (parameters.client_id === "") url.searchParams.delete("client_id");
    const step = await browser.open(url);
    const html = step.response.status === 200 ? await step.response.text() : "";
    const xsrf = /name="xsrf" value="(\w+)"/.exec(html)?.[1];
    if (xsrf === undefined) return { ...step, html, wasAsked: false };
    const confirm = new URL("/oauth/logout/confirm", step.url);
    const done = await browser.submit(confirm, { xsrf, logout: "yes" });
    return { ...done, html: await done.response.text().catch(() => ""), wasAsked: true };
  }

  async function refused(parameters: (idToken: string) => Record<string, string>): Promise<void> {
    const { browser, tokens } = await flow(suiteOf().web);
    const { response, wasAsked } = await logOut(browser, parameters(tokens.id_token ?? ""));
    expect(wasAsked).toBe(false);
    expect(response.status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
  }

  module(
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "metadata names the end of the session",
    async () => {
      const { web, instance } = suiteOf();
      expect(web.serverMetadata().end_session_endpoint).toBe(`${instance.issuer}/oauth/logout`);
    },
  );

  module(
    "oidcc-rp-initiated-logout",
    "the person is asked, signed out, and led back with the state",
    async () => {
      const { browser, tokens } = await flow(suiteOf().web);
      const { url, wasAsked } = await logOut(browser, {
        post_logout_redirect_uri: BYE,
        id_token_hint: tokens.id_token ?? "",
        state: "a state",
      });
      expect(wasAsked).toBe(true);
      expect(url.origin + url.pathname).toBe(BYE);
      expect(url.searchParams.get("state")).toBe("a state");
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  module("oidcc-rp-initiated-logout-no-state", "without a state none comes back", async () => {
    const { browser, tokens } = await flow(suiteOf().web);
    const { url } = await logOut(browser, {
      post_logout_redirect_uri: BYE,
      id_token_hint: tokens.id_token ?? "",
    });
    expect(url.href).toBe(BYE);
    expect(await isSignedIn(browser)).toBe(false);
  });

  for (const [id, what, parameters] of [
    ["oidcc-rp-initiated-logout-no-params", "with nothing said", { client_id: "" }],
    ["oidcc-rp-initiated-logout-only-state", "with a state alone", { client_id: "", state: "a state" }],
  ] as const)
    module(id, `${what} the person is asked, signed out, and stays here`, async () => {
      const { browser } = await flow(suiteOf().web);
      const { url, html, wasAsked } = await logOut(browser, parameters);
      expect(wasAsked).toBe(true);
      expect(url.origin).toBe(suiteOf().instance.issuer);
      expect(html).toContain("You are signed out");
      expect(await isSignedIn(browser)).toBe(false);
    });

  module(
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
    "without an address the person is signed out and stays here",
    async () => {
      const { browser, tokens } = await flow(suiteOf().web);
      const { url, html } = await logOut(browser, { id_token_hint: tokens.id_token ?? "" });
      expect(url.origin).toBe(suiteOf().instance.issuer);
      expect(html).toContain("You are signed out");
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  module(
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "without a hint nobody is led to an address that no client stands for",
    async () => {
      const { browser } = await flow(suiteOf().web);
      const { url, wasAsked } = await logOut(browser, { client_id: "", post_logout_redirect_uri: BYE });
      expect(wasAsked).toBe(true);
      expect(url.origin).toBe(suiteOf().instance.issuer);
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  module(
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "an address that is not registered is refused on a page, and nobody is signed out",
    () =>
      refused((idToken) => ({ post_logout_redirect_uri: "https://evil.example/", id_token_hint: idToken })),
  );

  module(
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "a registered address with a query added is another one",
    () => refused((idToken) => ({ post_logout_redirect_uri: `${BYE}?foo=bar`, id_token_hint: idToken })),
  );

  module("oidcc-rp-initiated-logout-modified-id-token-hint", "a hint that was changed is refused", () =>
    refused((idToken) => {
      const [header, payload = "", signature] = idToken.split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
      const changed = Buffer.from(JSON.stringify({ ...claims, foo: "bar" })).toString("base64url");
      return { post_logout_redirect_uri: BYE, id_token_hint: [header, changed, signature].join(".") };
    }),
  );

  module("oidcc-rp-initiated-logout-bad-id-token-hint", "a hint that is no ID token is refused", () =>
    refused(() => ({ post_logout_redirect_uri: BYE, id_token_hint: "not-an-id-token" })),
  );
}
