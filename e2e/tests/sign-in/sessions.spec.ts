import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "@playwright/test";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { ConsoleApi } from "../../fixtures/console-api.ts";
import { type AdminAccount, inviteAdmin } from "../../fixtures/invite-admin.ts";
import { OWNER_STATE, type Product } from "../../fixtures/product.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { untilAlive } from "../../pages/alive.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

test.use({ storageState: NOBODY });

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

/** Signs a browser in, as its sign-in page would. */
async function signInBy(
  { request }: BrowserContext,
  { consoleUrl }: Product,
  { email, password }: AdminAccount,
  recoveryCode: string | undefined,
): Promise<void> {
  const { csrfToken } = (await (await request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const form = { csrfToken, json: "true", email, password, recoveryCode: recoveryCode ?? "" };
  await request.post("/api/auth/callback/credentials", { form, headers: { origin: consoleUrl } });
  expect((await request.get("/api/v1/me")).status()).toBe(200);
}

const statusOf = async ({ request }: BrowserContext) => (await request.get("/api/v1/me")).status();

async function fillInGroup(page: Page, name: string): Promise<void> {
  await page.goto("/groups/new");
  await untilAlive(page);
  await page.getByRole("textbox", { name: "Name" }).fill(name);
}

const create = (page: Page) => page.getByRole("button", { name: "Create", exact: true }).click();

test("sessions are seen and ended, one's own and by an owner; a tab whose session ended says so, and loses nothing", async ({
  page,
  browser,
  product,
  ownerApi,
  visitorApi,
}) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "governor");
  const signIn = new SignInPage(page);
  await signIn.open("?next=%2Faccount");
  await signIn.enter({ ...admin, code: codeOf(admin.totpSecret) });
  await expect(page).toHaveURL("/account");
  const api = new ConsoleApi(page.request, product.consoleUrl);
  const { codes } = await api.make<{ codes: string[] }>("/api/v1/me/recovery-codes", undefined);
  const browserOf = (userAgent: string) =>
    browser.newContext({ baseURL: product.consoleUrl, storageState: NOBODY, userAgent });
  const [windows, mac] = [await browserOf(FIREFOX), await browserOf(SAFARI)];
  const groupsNamed = async (name: string) =>
    (await ownerApi.read<{ rows: unknown[] }>(`/api/v1/groups?q=${encodeURIComponent(name)}`)).rows.length;
  try {
    await signInBy(windows, product, admin, codes.pop());
    await signInBy(mac, product, admin, codes.pop());
    const tab = await windows.newPage();
    const name = `Night shift ${admin.email}`;
    await fillInGroup(tab, name);
    // what was pasted beside it; nothing on record has it
    const desk = await windows.newPage();
    await desk.goto("/leak-desk");
    await untilAlive(desk);
    const unknown = randomBytes(32).toString("hex");
    await desk.getByRole("textbox", { name: "What leaked" }).fill(`hash=${unknown}`);

    await page.reload();
    const sessions = page.getByRole("region", { name: "Sessions", exact: true });
    await expect(sessions.getByRole("row")).toHaveCount(4);
    await expect(sessions.getByRole("row", { name: /this one/ }).getByRole("button")).toHaveCount(0);
    await sessions.getByRole("button", { name: "End the session of Firefox on Windows" }).click();
    await page
      .getByRole("dialog", { name: "End this session?" })
      .getByRole("button", { name: "End the session" })
      .click();
    await expect(sessions.getByRole("row")).toHaveCount(3);
    expect([await statusOf(windows), await statusOf(mac)]).toEqual([401, 200]);

    const banner = { name: "Your session has ended" };
    await expect(desk.getByRole("complementary", banner), "and it leads nobody away").toBeVisible();
    await expect(desk).toHaveURL("/leak-desk");
    await desk.getByRole("button", { name: "Look up" }).click();
    await expect(desk.getByText("What was pasted (1, as ids and hashes, no token) stays")).toBeVisible();
    expect(
      await desk.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])),
      "and nowhere else",
    ).not.toContain(unknown);

    await create(tab);
    const alert = tab.getByRole("alert").filter({ hasText: "Your session has ended." });
    await expect(alert).toContainText("Nothing was changed.");
    expect(await groupsNamed(name)).toBe(0);
    const opened = windows.waitForEvent("page");
    await alert.getByRole("link", { name: "Sign in in another tab" }).click();
    await expect(await opened).toHaveURL(/\/sign-in/);
    await signInBy(windows, product, admin, codes.pop());
    await create(tab);
    await expect(tab, "what was typed is still there").toHaveURL(/\/groups\/[0-9a-f-]{36}$/);
    expect(await groupsNamed(name)).toBe(1);
    await desk.getByRole("button", { name: "Look up again" }).click();
    await expect(desk.getByRole("heading", { name: "1 value recognised" })).toBeVisible();
    await desk.bringToFront();
    await expect(desk.getByRole("complementary", banner)).toHaveCount(0);
    await desk.close();

    await fillInGroup(tab, `${name}, too`);
    await page.getByRole("button", { name: "End all others" }).click();
    const others = page.getByRole("dialog", { name: "End all your other sessions?" });
    await others.getByRole("button", { name: "End the others" }).click();
    await expect(sessions.getByRole("row")).toHaveCount(2);
    expect([await statusOf(windows), await statusOf(mac), await statusOf(page.context())]).toEqual([
      401, 401, 200,
    ]);

    // somebody else signs in where that page still stands: it does nothing in their name
    await windows.clearCookies();
    await windows.addCookies(JSON.parse(readFileSync(OWNER_STATE, "utf8")).cookies);
    await create(tab);
    const other = tab.getByRole("alert").filter({ hasText: "drawn for somebody else" });
    await expect(other).toBeVisible();
    await expectAccessible(tab, "drawn for somebody else");
    expect(await groupsNamed(`${name}, too`)).toBe(0);
    await expect(other.getByRole("button", { name: "Load the page again" })).toBeVisible();
    await windows.clearCookies();

    // another role, and an owner who ends what is left
    await signInBy(windows, product, admin, codes.pop());
    const owner = await browser.newPage({ baseURL: product.consoleUrl, storageState: OWNER_STATE });
    await owner.goto(`/admins/${admin.id}`);
    const theirs = owner.getByRole("region", { name: "Sessions", exact: true });
    await expect(theirs.getByRole("row")).toHaveCount(3);
    await theirs.getByRole("button", { name: "End the session of Firefox on Windows" }).click();
    await owner.getByRole("dialog").getByRole("button", { name: "End the session" }).click();
    await expect(theirs.getByRole("row")).toHaveCount(2);
    await owner.context().close();
    expect(await statusOf(windows)).toBe(401);
    const lowered = await ownerApi.send("PUT", `/api/v1/admins/${admin.id}/role`, { role: "auditor" });
    expect(lowered.status()).toBe(200);
    await page.goto("/groups/new");
    await expect(page).toHaveURL(/\/sign-in/);
    await expect(page.getByText("your role in this console changed")).toBeVisible();
    await signInBy(windows, product, admin, codes.pop());
    await create(tab);
    await expect(tab.getByRole("alert").filter({ hasText: "Your role does not allow this." })).toBeVisible();
    expect(await groupsNamed(`${name}, too`)).toBe(0);
  } finally {
    await windows.close();
    await mac.close();
  }
});
