import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  ANA,
  BEN,
  discover,
  forgetGrants,
  logIn,
  PASSWORD,
  type People,
  type PeopleClient,
  seedPeople,
  startAuthorization,
} from "./test-people.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;

const ALL = "openid profile email groups invoices:read ledger:read";
const HOLDS_NONE = "You hold none of the permissions that it asks for";
const NEW = /<strong class="new">New<\/strong>/g;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await registryRead();
  web = await discover(instance, people.web);
});
beforeEach(() => forgetGrants(instance.db));
afterAll(() => instance.stop());

const registryRead = () => instance.authorities[0]?.services.follower.poll();

const NAMES = [
  "invoices:read",
  "ledger:read",
  "Read your name",
  "Read your e-mail address",
  "Read the groups",
];
/** What the page lists, and what of it is marked. */
function listed(html: string) {
  const lines = html.match(/<li>.*?<\/li>/gs) ?? [];
  const named = (from: readonly string[]) =>
    NAMES.filter((name) => from.some((line) => line.includes(name))).sort();
  return { all: named(lines), added: named(lines.filter((line) => line.match(NEW))) };
}

async function ask(browser: TestBrowser, config: oidc.Configuration, parameters: Record<string, string>) {
  const started = await startAuthorization(config, parameters);
  let step = await browser.open(started.url);
  let html = await step.response.text();
  if (html.includes('name="password"')) {
    step = await browser.submit(step.url, { email: ANA, password: PASSWORD, decision: "sign_in" });
    html = await step.response.text();
  }
  return { ...started, page: step.url, html };
}

type Asked = Awaited<ReturnType<typeof ask>>;

async function decide(browser: TestBrowser, asked: Asked, decision: "allow" | "deny") {
  return (await browser.submit(asked.page, { decision })).url;
}

/** The permissions and scopes in the token of an authorization that came back with a code. */
async function carried(config: oidc.Configuration, asked: Asked, callback: URL) {
  const tokens = await oidc.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
  });
  const claims = decodeJwt(tokens.access_token);
  return { scopes: String(claims.scope).split(" ").sort(), entitlements: claims.entitlements };
}

async function setHeld(email: string, group: string, isMember: boolean) {
  const values = [email, group];
  await instance.db.query(
    isMember
      ? "INSERT INTO group_member (user_id, group_id) SELECT u.id, g.id FROM user_account u, user_group g WHERE u.email = $1::text AND g.name = $2::text ON CONFLICT DO NOTHING"
      : "DELETE FROM group_member WHERE user_id = (SELECT id FROM user_account WHERE email = $1::text) AND group_id = (SELECT id FROM user_group WHERE name = $2::text)",
    values,
  );
}

describe("OIDC Core section 3.1.2.1: a client that asks again with prompt=consent", () => {
  const again = (browser: TestBrowser, scope = ALL) => ask(browser, web, { scope, prompt: "consent" });

  test("has all that its token will carry listed, though it was given before, and nothing of it as new", async () => {
    const { browser, tokens } = await logIn(web);
    const asked = await again(browser);
    expect(asked.html).not.toContain(HOLDS_NONE);
    expect(asked.html).toContain("You have allowed all of this before.");
    expect(listed(asked.html)).toEqual({ all: [...NAMES].sort(), added: [] });
    const next = await carried(web, asked, await decide(browser, asked, "allow"));
    const claims = decodeJwt(tokens.access_token);
    expect(next.entitlements).toEqual(claims.entitlements);
    expect(next.entitlements).toEqual(["invoices:read", "ledger:read"]);
  });

  test("says that its tokens carry the person's groups though it does not ask for them, and they do", async () => {
    const { browser } = await logIn(web);
    const asked = await again(browser, "openid invoices:read");
    expect(listed(asked.html).all).not.toContain("Read the groups");
    expect(asked.html).toContain("also see which groups you are in");
    const tokens = await oidc.authorizationCodeGrant(web, await decide(browser, asked, "allow"), {
      pkceCodeVerifier: asked.verifier,
      expectedState: asked.state,
    });
    expect(decodeJwt(tokens.access_token).groups).toEqual(["Finance", "Sales"]);
  });

  test("that is denied keeps what it was given", async () => {
    const { browser } = await logIn(web);
    const asked = await again(browser);
    expect(asked.html).toContain("If you deny it, what you allowed before stays allowed.");
    const callback = await decide(browser, asked, "deny");
    expect(callback.searchParams.get("error")).toBe("access_denied");
    const later = await ask(browser, web, { scope: ALL });
    expect((await carried(web, later, later.page)).entitlements).toEqual(["invoices:read", "ledger:read"]);
  });

  test("is given what the person did not hold before and holds now, and it is marked as new", async () => {
    await setHeld(ANA, "Finance", false);
    try {
      const { browser } = await logIn(web);
      await setHeld(ANA, "Finance", true);
      const asked = await again(browser);
      expect(listed(asked.html)).toEqual({ all: [...NAMES].sort(), added: ["ledger:read"] });
      const next = await carried(web, asked, await decide(browser, asked, "allow"));
      expect(next.entitlements).toEqual(["invoices:read", "ledger:read"]);
    } finally {
      await setHeld(ANA, "Finance", true);
    }
  });

  test("is not shown as able to do what the person no longer holds, and can do it again once they hold it again", async () => {
    const { browser } = await logIn(web);
    await setHeld(ANA, "Finance", false);
    try {
      const asked = await again(browser);
      expect(listed(asked.html).all).not.toContain("ledger:read");
      const next = await carried(web, asked, await decide(browser, asked, "allow"));
      expect(next.entitlements).toEqual(["invoices:read"]);
    } finally {
      await setHeld(ANA, "Finance", true);
    }
    const later = await ask(browser, web, { scope: ALL });
    expect((await carried(web, later, later.page)).entitlements).toEqual(["invoices:read", "ledger:read"]);
  });
});

describe("a client that was given something and asks for more", () => {
  const less = { scope: "openid invoices:read" };

  test("has all of it listed, with what is new marked; its token carries both once it is allowed", async () => {
    const { browser } = await logIn(web, { parameters: less });
    const asked = await ask(browser, web, { scope: "openid email invoices:read ledger:read" });
    expect(asked.html).not.toContain(HOLDS_NONE);
    expect(asked.html).toContain("Know that it is you who signed in");
    expect(listed(asked.html)).toEqual({
      all: ["Read your e-mail address", "invoices:read", "ledger:read"].sort(),
      added: ["Read your e-mail address", "ledger:read"].sort(),
    });
    const next = await carried(web, asked, await decide(browser, asked, "allow"));
    expect(next).toEqual({
      scopes: ["email", "invoices:read", "ledger:read", "openid"],
      entitlements: ["invoices:read", "ledger:read"],
    });
    const [entry] = await instance.db.query<{ after: unknown }>(
      "SELECT after FROM audit_entry WHERE act = 'grant.consented' ORDER BY sequence DESC LIMIT 1",
    );
    expect(entry?.after).toEqual({
      scopes: ["openid", "email"],
      permissions: ["invoices:read", "ledger:read"],
    });
  });

  test("goes on with the less where the more is denied, and is asked about it again", async () => {
    const { browser } = await logIn(web, { parameters: less });
    const more = { scope: "openid invoices:read ledger:read" };
    const asked = await ask(browser, web, more);
    expect((await decide(browser, asked, "deny")).searchParams.get("error")).toBe("access_denied");
    const later = await ask(browser, web, less);
    expect((await carried(web, later, later.page)).entitlements).toEqual(["invoices:read"]);
    expect(listed((await ask(browser, web, more)).html).added).toEqual(["ledger:read"]);
  });
});

describe("the first consent", () => {
  async function first(scope: string, email: string) {
    const browser = new TestBrowser();
    const { url } = await startAuthorization(web, { scope });
    const page = await browser.open(url);
    const step = await browser.submit(page.url, { email, password: PASSWORD, decision: "sign_in" });
    return step.response.text();
  }

  test("marks nothing as new and speaks of nothing before", async () => {
    const html = await first(ALL, ANA);
    expect(listed(html)).toEqual({ all: [...NAMES].sort(), added: [] });
    expect(html).not.toContain("before");
  });

  test("says that the person holds none of the permissions only where they hold none of those asked for", async () => {
    expect(await first("openid ledger:read", BEN)).toContain(HOLDS_NONE);
    for (const scope of ["openid invoices:read ledger:read", "openid", "openid email"])
      expect(await first(scope, BEN), scope).not.toContain(HOLDS_NONE);
  });
});

test.each(["spa", "native"] as const)(
  "a %s whose users are not asked has what its token will carry listed where consent is wanted all the same",
  async (kind) => {
    const client: PeopleClient = await people.addClient({
      clientId: `unasked-${kind}`,
      kind,
      tokenFormat: "jwt",
      requireConsent: false,
    });
    await registryRead();
    const config = await discover(instance, client);
    const { browser } = await logIn(config);
    const asked = await ask(browser, config, { scope: ALL, prompt: "consent" });
    expect(asked.html).not.toContain(HOLDS_NONE);
    expect(asked.html).not.toContain("before");
    expect(listed(asked.html)).toEqual({ all: [...NAMES].sort(), added: [] });
    const next = await carried(config, asked, await decide(browser, asked, "allow"));
    expect(next.entitlements).toEqual(["invoices:read", "ledger:read"]);
  },
);
