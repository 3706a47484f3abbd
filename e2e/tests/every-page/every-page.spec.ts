import type { Browser, Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expectAccessible, listViolations } from "../../fixtures/accessibility.ts";
import { addDisabledProvider } from "../../fixtures/disabled-provider.ts";
import { test } from "../../fixtures/one-browser.ts";
import { addressOf, listPageRoutes } from "../../fixtures/page-routes.ts";
import { expectSound } from "../../fixtures/sound-page.ts";
import { expect, NOBODY } from "../../fixtures/test.ts";
import { untilTakesKeys } from "../../pages/alive.ts";
import { CommandPalette } from "../../pages/command-palette.ts";
import { TokenPage } from "../../pages/token-page.ts";

/** Pages for people who are not signed in. */
const OF_NOBODY = new Set(["/sign-in", "/setup", "/step-up"]);
/** Shown by a console whose database was put back to an older state; by any other it leads to the overview. */
const OF_SEALED = new Set(["/restored"]);

/** By area, the id of something that is there. */
const ids: Record<string, string> = {};

// a record of each step would hold each page as many times as it is looked at
test.use({ contextOptions: { reducedMotion: "reduce" }, trace: "off" });
// one half of the pages in each worker
test.describe.configure({ mode: "parallel" });

test.beforeAll(async ({ product, ownerApi, authority, registry }, testInfo) => {
  const client = await registry.addService({ customClaims: { tier: "gold" }, accessTokenTtlSeconds: 300 });
  const [token, ended] = [await authority.issue(client), await authority.issue(client)];
  await authority.verify(token, registry.verifier, "/invoices/7");
  await authority.verify(ended, registry.verifier, "/invoices/8");
  const revoked = await ownerApi.make<{ order: { id: string } }>(
    `/api/v1/tokens/${decodeJwt(ended).jti}/revoke`,
    {
      reason: "token_leaked",
      note: "in a public repository",
    },
  );
  for (let call = 0; call < 3; call += 1) await authority.verify(ended, registry.verifier, "/invoices/9");
  const user = await ownerApi.make<{ id: string }>("/api/v1/users", {
    name: "Ana Lima",
    email: `ana-${registry.mark}@example.com`,
    groupIds: [registry.group.id],
  });
  const stream = await ownerApi.make<{ id: string }>("/api/v1/signal-streams", {
    verifierId: registry.verifier.id,
    events: ["https://schemas.openid.net/secevent/caep/event-type/session-revoked"],
    delivery: "poll",
  });
  const { receiver } = await ownerApi.make<{ receiver: { id: string } }>("/api/v1/signal-receivers", {
    name: `Peer ${registry.mark}`,
    issuer: "https://idp.example.com",
    jwksUrl: "https://1.1.1.1/jwks",
    audience: "https://tokenwarden.example.com",
    subjectBy: "email",
    policies: [
      {
        eventType: "https://schemas.openid.net/secevent/caep/event-type/session-revoked",
        action: "suspend",
        hours: 12,
      },
    ],
  });
  const { scanner, secret } = await ownerApi.make<{ scanner: { id: string }; secret: string }>(
    "/api/v1/scanners",
    { name: `Scanner ${registry.mark}`, action: "suspend", hours: 24 },
  );
  await authority.reportLeaks(secret, [await authority.issue(client)]);
  const siem = await ownerApi.make<{ stream: { id: string } }>("/api/v1/event-streams", {
    name: `SIEM ${registry.mark}`,
    delivery: "syslog",
    url: "syslog+tls://1.1.1.1:6514",
    // of a client that nothing is issued to: nothing leaves
    sources: ["uses"],
    clientIds: [(await registry.addService({})).id],
  });
  const incident = await ownerApi.make<{ number: number }>("/api/v1/incidents", {
    title: `Token in a log ${registry.mark}`,
    tokenIds: [decodeJwt(token).jti, decodeJwt(ended).jti],
  });
  const { keys } = await ownerApi.read<{ keys: { kid: string }[] }>("/api/v1/keys");
  const acts = await ownerApi.read<{ rows: { id: string }[] }>(`/api/v1/audit-entries?targetId=${user.id}`);
  let detections: { rows: { id: string }[] } = { rows: [] };
  await expect
    .poll(async () => {
      detections = await ownerApi.read(`/api/v1/detections?client=${client.clientId}`);
      return detections.rows.length;
    })
    .toBe(1);
  const bot = await ownerApi.make<{ token: string }>("/api/v1/api-tokens", {
    name: `bot-${registry.mark}`,
    role: "owner",
  });
  const asked = await fetch(`${product.consoleUrl}/api/v1/admins`, {
    method: "POST",
    headers: { authorization: `Bearer ${bot.token}`, "content-type": "application/json" },
    body: JSON.stringify({ email: `new-${registry.mark}@example.com`, name: "New", role: "governor" }),
  });
  expect(asked.status, "it waits for a person").toBe(202);
  const approval = (await asked.json()) as { id: string };
  const admins = await ownerApi.read<{ rows: { id: string }[] }>("/api/v1/admins");
  const apiToken = await ownerApi.make<{ id: string }>("/api/v1/api-tokens", {
    name: `Nightly ${registry.mark}`,
    role: "auditor",
    networks: ["10.0.0.0/8", "2001:db8::/32"],
  });
  Object.assign(ids, {
    "api-tokens": apiToken.id,
    approvals: approval.id,
    admins: admins.rows[0]?.id ?? "",
    detections: detections.rows[0]?.id ?? "",
    incidents: String(incident.number),
    tokens: String(decodeJwt(ended).jti),
    families: (await ownerApi.read<{ familyId: string }>(`/api/v1/tokens/${decodeJwt(ended).jti}`)).familyId,
    "audit/addresses": "127.0.0.1",
    clients: client.id,
    users: user.id,
    groups: registry.group.id,
    audiences: registry.audience.id,
    verifiers: registry.verifier.id,
    keys: keys[0]?.kid ?? "",
    orders: revoked.order.id,
    "settings/signals/streams": stream.id,
    "settings/signals/peers": receiver.id,
    "settings/scanners": scanner.id,
    "settings/sign-in": await addDisabledProvider(product, ownerApi, {
      url: product.providerUrls[1 + (testInfo.parallelIndex % 2)],
      name: `Former company ${registry.mark}`,
    }),
    "settings/event-streams": siem.stream.id,
    "audit/acts": acts.rows[0]?.id ?? "",
  });
});

async function pageFor(browser: Browser, page: Page, route: string, baseURL: string): Promise<Page> {
  if (!OF_NOBODY.has(route)) return page;
  const context = await browser.newContext({ storageState: NOBODY, baseURL, reducedMotion: "reduce" });
  return context.newPage();
}

for (const route of listPageRoutes().filter((one) => !OF_SEALED.has(one))) {
  test(`${route} is accessible, fits and is quiet, light and dark, wide and narrow`, async ({
    page,
    browser,
    product,
  }) => {
    const address = addressOf(route, ids);
    const shown = await pageFor(browser, page, route, product.consoleUrl);
    const response = await shown.goto(address);
    expect(response?.status()).toBe(200);
    expect(response?.headers()["content-security-policy"]).toMatch(/script-src 'self' 'nonce-/);
    // a form may keep its own id in its address
    await expect(shown).toHaveURL(({ pathname, search }) => `${pathname}${search}`.startsWith(address));
    await expect(shown).toHaveTitle(/Tokenwarden/);
    await expect(shown.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(shown.getByText(/^Loading/)).toHaveCount(0);
    await expectSound(shown, address);
    if (shown !== page) await shown.context().close();
  });
}

for (const route of OF_SEALED) {
  test(`${route} leads to the overview while the database goes on from its checkpoints`, async ({ page }) => {
    await page.goto(route);
    await expect(page).toHaveURL("/");
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  });
}

test("what opens over a page is accessible too: drawer, palette, keys, menus and the revocation's dialog", async ({
  page,
}) => {
  await page.goto(`/tokens?open=${ids.tokens}`);
  await expect(page.getByRole("complementary", { name: "Open token" })).toContainText("Its page");
  await expectAccessible(page, "drawer");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys of this list" })).toBeVisible();
  await expectAccessible(page, "keys");
  await page.keyboard.press("Escape");
  const palette = new CommandPalette(page);
  await palette.open();
  await expect(palette.field).toBeFocused();
  await expectAccessible(page, "palette");
  await page.keyboard.press("Escape");

  const tokenPage = new TokenPage(page);
  await tokenPage.open(ids.tokens ?? "");
  await tokenPage.revokeMenu.click();
  await expect(page.getByRole("menuitem", { name: "All of this client…" })).toBeVisible();
  // it stands at the end of the document, outside of the landmarks, and has the focus
  const ofMenu = async () => (await listViolations(page)).filter((line) => !line.startsWith("region:"));
  await expect.poll(ofMenu, "menu").toEqual([]);
  await page.getByRole("menuitem", { name: "All of this client…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("combobox", { name: "Reason" })).toBeVisible();
  await expectAccessible(page, "dialog");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(tokenPage.revokeMenu, "the focus comes back").toBeFocused();
});

/** Every list, and how its rows are opened. */
const LISTS: Record<string, "beside" | "page" | null> = {
  "/api-tokens": "page",
  "/approvals": "page",
  "/audiences": "page",
  "/audit": "beside",
  "/audit/acts": "beside",
  "/audit/refused": null,
  "/clients": "page",
  "/detections": "page",
  "/groups": "page",
  "/incidents": "page",
  "/orders": "beside",
  "/tokens": "beside",
  "/users": "page",
  "/verifiers": "page",
};

test("the keys of each list do what its help says, and it names no others", async ({ page }) => {
  test.setTimeout(120_000);
  const help = page.getByRole("dialog", { name: "Keys of this list" });
  const query = page.getByRole("combobox", { name: "Filters as text" });
  const cursor = page.getByRole("main").locator("tr[data-cursor]");
  const drawer = page.getByRole("complementary", { name: /^Open / });
  const chosen = page.getByText(/^\d+ selected$/);
  for (const [list, opens] of Object.entries(LISTS)) {
    await page.goto(list);
    await untilTakesKeys(query);
    await page.keyboard.press("?");
    await expect(help, list).toBeVisible();
    const keys = await help.locator("dt").allTextContents();
    expect(keys.includes("Enter"), `${list}: rows are opened`).toBe(opens !== null);
    expect(keys.includes("x"), `${list}: rows are selected`).toBe(list === "/tokens");
    expect(keys.includes("r"), `${list}: rows are revoked`).toBe(list === "/tokens");
    await page.keyboard.press("Escape");
    await expect(help).toHaveCount(0);
    await page.keyboard.press("/");
    await expect(query, list).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(query, list).not.toBeFocused();

    await page.keyboard.press("j");
    await expect(cursor, list).toHaveCount(1);
    await page.keyboard.press("x");
    await expect(chosen, list).toHaveCount(list === "/tokens" ? 1 : 0);
    await page.keyboard.press("Enter");
    if (opens === "page")
      await expect(page, list).toHaveURL(({ pathname }) => pathname.startsWith(`${list}/`));
    else await expect(drawer, list).toHaveCount(opens === "beside" ? 1 : 0);
    if (opens !== "beside") continue;
    await page.keyboard.press("Escape");
    await expect(drawer, list).toHaveCount(0);
  }
  await page.goto("/audit");
  const bars = page.getByRole("group", { name: /Arrow keys move over the bars, Enter looks closer/ });
  await bars.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/at=/);
});

test("axe finds what is wrong: a picture without words, and words too pale to read", async ({ page }) => {
  await page.goto("/settings");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page, "settings");
  await page.evaluate(() => {
    const [picture, words] = [document.createElement("img"), document.createElement("p")];
    picture.src = "data:,";
    words.textContent = "pale";
    words.style.color = "rgb(120, 120, 120)";
    words.style.backgroundColor = "rgb(150, 150, 150)";
    document.querySelector("main")?.append(picture, words);
  });
  const found = async (only?: "colours") =>
    [...new Set((await listViolations(page, only)).map((line) => line.split(":")[0]))].sort();
  await expect.poll(() => found()).toEqual(["color-contrast", "image-alt"]);
  await expect.poll(() => found("colours")).toEqual(["color-contrast"]);
});

test("what is not there answers 404, says so inside of the frame, and is accessible", async ({ page }) => {
  const nobody = "01a20000-0000-7000-8000-000000000000";
  const areas = ["users", "groups", "clients", "audiences", "verifiers", "orders", "approvals", "audit/acts"];
  const missing: [path: string, title: string][] = [
    ["/nowhere", "There is no such page"],
    ["/tokens/01/deeper", "There is no such page"],
    [`/tokens/${nobody}`, "No token with this id is on record"],
    ...areas.flatMap((area): [string, string][] => [
      [`/${area}/${nobody}`, "This is not there"],
      [`/${area}/none`, "This is not there"],
    ]),
  ];
  for (const [path, title] of missing) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveText(title);
    await expect(page.getByRole("navigation", { name: "Console" }), path).toBeVisible();
  }
  for (const path of ["/nowhere", "/clients/none", `/tokens/${nobody}`]) {
    await page.goto(path);
    await expectAccessible(page, path);
  }
});

test.describe("a page that somebody got a script into", () => {
  test.use({ expectedNoise: /Content Security Policy/ });

  test("does not run it", async ({ page }) => {
    await page.goto("/tokens?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    await expect(page.getByRole("main").getByText("No tokens match")).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Filters as text" })).toHaveValue(
      /<script>alert\(1\)<\/script>/,
    );
    const breach = page.waitForEvent("console", (message) => /Content Security Policy/.test(message.text()));
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        "beforeend",
        '<img src="data:," alt="" onerror="window.name = \'ran\'">',
      );
    });
    await breach;
    expect(await page.evaluate(() => window.name)).toBe("");
  });
});
