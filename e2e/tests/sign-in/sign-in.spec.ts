import { inviteAdmin } from "../../fixtures/invite-admin.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { untilAlive } from "../../pages/alive.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

test.use({ storageState: NOBODY });

test("a wrong password, a wrong code and an unknown account get one and the same calm answer", async ({
  page,
  ownerApi,
  visitorApi,
}) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const signIn = new SignInPage(page);
  const right = { email: admin.email, password: admin.password, code: codeOf(admin.totpSecret) };
  const wrongCode = String((Number(right.code) + 500_000) % 1_000_000).padStart(6, "0");
  const answers: string[] = [];
  for (const attempt of [
    { ...right, password: "not the password" },
    { ...right, code: wrongCode },
    { ...right, email: "nobody@example.com" },
  ]) {
    await signIn.open();
    await signIn.enter(attempt);
    await expect(signIn.alert).toBeVisible();
    answers.push((await signIn.alert.textContent()) ?? "");
    await expect(signIn.code, "the code is asked for again").toHaveValue("");
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain("is not right");
  expect((await page.context().cookies()).filter(({ name }) => name.endsWith("tokenwarden.session"))).toEqual(
    [],
  );

  await signIn.sendCode(codeOf(admin.totpSecret));
  await expect(signIn.alert, "the last of them had an unknown e-mail").toContainText("is not right");
  // a link that somebody passed on, to what is not for this role
  const { id } = await ownerApi.read<{ id: string }>("/api/v1/me");
  await page.goto(`/admins/${id}`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await untilAlive(page);
  await signIn.enter(right);
  await expect(page).toHaveURL(`/admins/${id}`);
  await expect(page.getByRole("main")).toContainText("Not for your role");
});

test("signing out ends the session itself: a copied cookie opens nothing any more", async ({
  page,
  browser,
  product,
  ownerApi,
  visitorApi,
}) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "responder");
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.enter({ ...admin, code: codeOf(admin.totpSecret) });
  await expect(page).toHaveURL("/");
  const copied = await page.context().storageState();
  const thief = await browser.newContext({ storageState: copied, baseURL: product.consoleUrl });
  expect((await thief.request.get("/api/v1/me")).status(), "the copy works before").toBe(200);

  await page.getByRole("button", { name: /account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await thief.request.get("/api/v1/me")).status()).toBe(401);
  const stolen = await thief.newPage();
  await stolen.goto("/tokens");
  await expect(stolen).toHaveURL(/\/sign-in/);
  await thief.close();
});

test("a code works once", async ({ page, ownerApi, visitorApi, browser, product }) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const proof = { ...admin, code: codeOf(admin.totpSecret) };
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.enter(proof);
  await expect(page).toHaveURL("/");
  const second = await browser.newContext({ storageState: NOBODY, baseURL: product.consoleUrl });
  const other = new SignInPage(await second.newPage());
  await other.open();
  await other.enter(proof);
  await expect(other.alert).toContainText("A code works once");
  await second.close();
});

test("goes on to where one was, and never to another site", async ({
  page,
  ownerApi,
  visitorApi,
  product,
}) => {
  const { host } = new URL(product.consoleUrl);
  for (const next of [
    "//evil.example/",
    "https://evil.example/",
    "/\\evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
  ]) {
    const answer = await visitorApi.get(`/sign-in?next=${encodeURIComponent(next)}`);
    expect(answer.status(), next).toBe(200);
    expect(new URL(answer.url()).host, next).toBe(host);
  }
  const admin = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const signIn = new SignInPage(page);
  await signIn.open(`?next=${encodeURIComponent("//evil.example/tokens")}`);
  await signIn.enter({ ...admin, code: codeOf(admin.totpSecret) });
  await expect(page).toHaveURL(`${product.consoleUrl}/`);

  await page.context().clearCookies();
  await page.goto("/tokens?state=active");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  expect(new URL(page.url()).searchParams.get("next")).toBe("/tokens?state=active");
});

test("who is not signed in is sent to sign-in by pages and refused by the API", async ({
  page,
  visitorApi,
}) => {
  for (const path of ["/", "/tokens", "/clients/new", "/audit", "/admins", "/settings"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/sign-in/);
  }
  for (const path of ["/api/v1/tokens", "/api/v1/clients", "/api/v1/audit-entries", "/api/v1/live"])
    expect((await visitorApi.get(path)).status(), path).toBe(401);
});

test("what is typed before the page's script is there never stands in an address", async ({
  browser,
  product,
}) => {
  const slow = await browser.newContext({
    storageState: NOBODY,
    baseURL: product.consoleUrl,
    javaScriptEnabled: false,
  });
  const page = await slow.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("olive@example.com");
  await page.locator('input[name="password"]').fill("a-password-in-a-hurry");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect.poll(() => asked.filter((url) => url.includes("/sign-in")).length).toBeGreaterThan(1);
  expect(asked.join("\n")).not.toContain("hurry");
  await slow.close();
});
