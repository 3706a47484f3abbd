import { expectAccessible, overflowOf } from "../../fixtures/accessibility.ts";
import { expectSound } from "../../fixtures/sound-page.ts";
import { takeDatabaseAway, takeTableAway } from "../../fixtures/take-database-away.ts";
import { EVERYBODY, expect, NOBODY, test } from "../../fixtures/test.ts";

// what failed is written to the browser's console, and so is the page that React could not take over
test.use({ expectedNoise: /./, contextOptions: { reducedMotion: "reduce" } });

test("without its database the console says what failed and that nothing is lost, in its frame and without it, and goes on where it was by one press", {
  lock: EVERYBODY,
}, async ({ page, context, browser, product }) => {
  test.setTimeout(120_000);
  await page.goto("/groups");
  // what happened a moment before would be drawn a moment after
  await page
    .getByRole("navigation", { name: "Console" })
    .getByRole("button", { name: /^(?:live|connecting)\. Pause/ })
    .click();
  const visitor = await browser.newContext({ baseURL: product.consoleUrl, storageState: NOBODY });
  const again = { name: "Try again" };
  const bare = await context.newPage();
  const giveBack = await takeDatabaseAway(product);
  try {
    await page
      .getByRole("navigation", { name: "Console" })
      .getByRole("link", { name: "Users", exact: true })
      .click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This page could not be shown");
    await expect(page.getByRole("main").getByRole("alert")).toContainText(
      "Nothing was changed and nothing is lost.",
    );
    await expect(page.getByRole("navigation", { name: "Console" })).toBeVisible();
    await expectSound(page, "a page without its database");
    await page.getByRole("button", again).click();
    await expect(page.getByRole("heading", { level: 1 }), "the frame is asked for too").toHaveText(
      "The console could not be shown",
    );

    const response = await bare.goto("/tokens?state=active");
    expect(response?.status()).toBe(500);
    await expect(bare.getByRole("heading", { level: 1 })).toHaveText("The console could not be shown");
    await expect(bare.getByRole("main").getByRole("alert")).toContainText(
      "Nothing was changed and nothing is lost.",
    );
    await expectSound(bare, "the console without its database");

    const signIn = await visitor.newPage();
    await signIn.goto("/sign-in");
    await signIn.getByLabel("E-mail").fill("o@example.com");
    await signIn.locator('input[name="password"]').fill("a sentence is easier to keep");
    await signIn.getByRole("button", { name: "Continue" }).click();
    await signIn.getByLabel("Six-digit code").fill("123456");
    await signIn.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(signIn.getByRole("main").getByRole("alert").filter({ hasText: "database" })).toBeVisible();
    await expectSound(signIn, "sign-in without its database");
  } finally {
    await giveBack();
    await visitor.close();
  }
  await page.getByRole("button", again).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
  await expect(page).toHaveURL("/users");
  await bare.getByRole("button", again).click();
  await expect(bare.getByRole("heading", { level: 1 })).toHaveText("Tokens");
  await expect(bare).toHaveURL("/tokens?state=active");
});

test("an open page that cannot be drawn again stays, says since when it is not up to date and why, and catches up by itself", {
  lock: EVERYBODY,
}, async ({ page, product, ownerApi, registry }) => {
  test.setTimeout(90_000);
  // those of this test: a whole run makes more than a page of them
  await page.goto(`/groups?q=${registry.mark}`);
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  const group = page.getByRole("row").filter({ hasText: registry.group.name });
  await expect(group).toBeVisible();
  const stale = page.getByRole("status").filter({ hasText: "Not up to date since" });
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.headers().rsc !== undefined) asked.push(request.url());
  });
  const giveBack = await takeDatabaseAway(product);
  try {
    // as when a person comes back to its tab, while the connection has not been heard to be lost yet
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect.poll(() => asked.length, "it is drawn again, and fails").toBeGreaterThan(0);
    await expect(stale).toContainText("the console, or its database, does not answer");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Groups");
    await expect(group).toBeVisible();
    await expectSound(page, "an open page without its database");
  } finally {
    await giveBack();
  }
  await expect
    .poll(async () => (await ownerApi.get("/api/v1/me")).status(), "the console answers again")
    .toBe(200);
  const name = `later-${registry.mark}`;
  await ownerApi.make("/api/v1/groups", { name });
  await expect(page.getByRole("row").filter({ hasText: name })).toBeVisible({ timeout: 40_000 });
  await expect(stale).toHaveCount(0);

  const readable = await takeTableAway(product, "user_group");
  try {
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect(stale).toContainText(/this page cannot be drawn again.*error \w+/);
    await expect(group).toBeVisible();
    await expectSound(page, "an open page that fails by itself");
  } finally {
    await readable();
  }
  await stale.getByRole("button", { name: "Try again" }).click();
  await expect(stale).toHaveCount(0);
  await expect(group).toBeVisible();
});

test("what breaks before anything could be drawn is said in the system's colours, with a way on", async ({
  page,
}) => {
  // what the theme asks of every browser
  await page.addInitScript(() => {
    const own = window.matchMedia;
    Object.assign(window, { mend: () => Object.assign(window, { matchMedia: own }) });
    window.matchMedia = () => {
      throw new Error("no media here");
    };
  });
  await page.goto("/groups");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The console could not be shown");
  await expect(page.getByText("Nothing was changed and nothing is lost.")).toBeVisible();
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page, `${width}, ${colorScheme}`);
      expect(await overflowOf(page)).toBe(0);
    }
  await page.evaluate(() => (window as unknown as { mend: () => void }).mend());
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Groups");
});
