import { createHash } from "node:crypto";
import type { APIResponse, Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { listPageRoutes } from "../../fixtures/page-routes.ts";
import { expect, test } from "../../fixtures/test.ts";

const UNKNOWN = "01a20000-0000-7000-8000-00000000dead";

function policyOf(response: APIResponse): Map<string, string> {
  const policy = response.headers()["content-security-policy"] ?? "";
  return new Map(
    policy.split(";").map((part) => {
      const [name = "", ...values] = part.trim().split(/\s+/);
      return [name, values.join(" ")];
    }),
  );
}

function nonceOf(policy: Map<string, string>): string {
  return /'nonce-([A-Za-z0-9+/=]{20,})'/.exec(policy.get("script-src") ?? "")?.[1] ?? "";
}

/** Scripts that run without the nonce, and markup that would need inline script, as the browser's own parser reads it. */
function inlineScripts(page: Page, html: string, nonce: string): Promise<string[]> {
  return page.evaluate(
    ([text, allowed]) => {
      const found: string[] = [];
      for (const element of new DOMParser().parseFromString(text, "text/html").querySelectorAll("*")) {
        if (element.localName === "script" && element.getAttribute("nonce") !== allowed)
          found.push(element.outerHTML.slice(0, 120));
        for (const { name, value } of element.attributes)
          if (
            /^on/i.test(name) ||
            (/^(?:href|src|action|formaction)$/.test(name) && /^\s*javascript:/i.test(value))
          )
            found.push(`${element.localName} ${name}="${value.slice(0, 120)}"`);
      }
      return found;
    },
    [html, nonce] as const,
  );
}

test("every page has a policy with a nonce of its own, no inline script, and is kept by nobody", async ({
  page,
  product,
}) => {
  const nonces = new Set<string>();
  const addresses = [
    ...listPageRoutes().map((route) => route.replace("[id]", UNKNOWN)),
    "/nowhere",
    "/favicon.icoX",
    "/icon.svgX",
    "/_next/staticX",
    "/tokens/%E2%80%AE",
    "/?q=1",
  ];
  for (const address of addresses)
    await test.step(address, async () => {
      const response = await page.request.get(address, { maxRedirects: 0 });
      const headers = response.headers();
      const policy = policyOf(response);
      const nonce = nonceOf(policy);
      expect(nonce).not.toBe("");
      expect(nonces).not.toContain(nonce);
      nonces.add(nonce);
      expect(policy.get("script-src")).not.toMatch(/unsafe-(?:inline|eval)|\*|https?:/);
      expect(Object.fromEntries(policy)).toMatchObject({
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
      });
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
        "cache-control": expect.stringContaining("no-store"),
      });
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(await inlineScripts(page, await response.text(), nonce)).toEqual([]);
    });
  // a nonce that a caller sends is not taken
  const response = await page.request.get("/", {
    headers: { "x-nonce": "guessed", "content-security-policy": "script-src 'nonce-guessed'" },
  });
  expect(response.headers()["content-security-policy"]).not.toContain("guessed");
  expect(await response.text()).not.toContain('nonce="guessed"');
  expect(product.consoleUrl).toBeTruthy();
});

test("every answer of the API, good or bad, is private; the files of the build cannot be mistaken for another type", async ({
  page,
}) => {
  const document = (await (await page.request.get("/api/v1/openapi.json")).json()) as {
    paths: Record<string, object>;
  };
  const addresses = [
    ...Object.keys(document.paths).filter((path) => path !== "/api/v1/live"),
    "/api/v1/nowhere",
    "/api/auth/session",
    "/api/auth/csrf",
    "/api/health",
    "/%",
  ];
  for (const path of addresses) {
    const response = await page.request.get(path.replace(/\{\w+\}/, UNKNOWN), { maxRedirects: 0 });
    const headers = response.headers();
    expect({ path, ...headers }).toMatchObject({
      path,
      "x-content-type-options": "nosniff",
      "cache-control": expect.stringContaining("no-store"),
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
  }
  const html = await (await page.request.get("/sign-in")).text();
  const script = /src="(\/_next\/static\/[^"]+\.js)"/.exec(html)?.[1] ?? "";
  expect((await page.request.get(script)).headers()).toMatchObject({
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  });
});

test("the authority's pages run no script at all and are framed by nobody; what is private is kept by nobody", async ({
  page,
  product,
  registry,
  ownerApi,
  authority,
}) => {
  const clientId = `shop-${registry.mark}`;
  const redirectUri = "https://shop.example.com/callback";
  await ownerApi.make("/api/v1/clients", {
    kind: "spa",
    name: "Shop",
    clientId,
    redirectUris: [redirectUri],
    audienceIds: [registry.audience.id],
    permissionIds: registry.audience.permissionIds,
  });
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  const base = product.authorityUrl;
  await expect
    .poll(async () => (await page.request.get(`${base}/oauth/authorize?${query}`)).status())
    .toBe(200);
  const pages = [
    `/oauth/authorize?${query}`,
    "/oauth/authorize?client_id=nobody",
    "/oauth/authorize",
    "/oauth/logout",
    "/interaction/nothing",
  ];
  for (const path of pages)
    await test.step(path, async () => {
      const response = await page.request.get(`${base}${path}`, { headers: { accept: "text/html" } });
      const policy = policyOf(response);
      expect(Object.fromEntries(policy)).toMatchObject({
        "default-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
      });
      // the one script is the engine's own, which sends the visitor on: allowed by the hash of its text
      const html = await response.text();
      const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/gi)].map(([, text = ""]) => text);
      const hashes = scripts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
      expect(policy.get("script-src") ?? "'none'").toBe(hashes.join(" ") || "'none'");
      expect(response.headers()).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cache-control": expect.stringContaining("no-store"),
        "permissions-policy": expect.stringContaining("camera=()"),
        "cross-origin-opener-policy": "same-origin",
      });
      expect(
        await inlineScripts(page, html.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/gi, ""), "none"),
      ).toEqual([]);
    });
  const client = await registry.addService();
  const token = await authority.issue(client);
  expect(decodeJwt(token).client_id).toBe(client.clientId);
  for (const [method, path] of [
    ["POST", "/oauth/token"],
    ["POST", "/oauth/introspect"],
    ["POST", "/oauth/revoke"],
    ["GET", "/verify"],
    ["GET", "/oauth/userinfo"],
    ["POST", "/oauth/par"],
    ["GET", "/nowhere"],
    ["GET", "/readyz"],
    ["GET", "/healthz"],
  ] as const) {
    const response = await page.request.fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    expect({ path, ...response.headers() }).toMatchObject({
      path,
      "x-content-type-options": "nosniff",
      "cache-control": expect.stringContaining("no-store"),
    });
  }
});

test("the icon is had by the name that browsers ask for while a page's head is on its way, signed in or not", async ({
  ownerApi,
  visitorApi,
}) => {
  for (const api of [ownerApi, visitorApi]) {
    const response = await api.get("/favicon.ico");
    expect([response.status(), response.headers()["content-type"]]).toEqual([200, "image/svg+xml"]);
  }
});
