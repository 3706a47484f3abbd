import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { Keyboard } from "../../fixtures/keyboard.ts";
import { expect, test } from "../../fixtures/test.ts";
import { AuditPage } from "../../pages/audit-page.ts";
import { CommandPalette } from "../../pages/command-palette.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

const WINDOWS = {
  "a wide window": { width: 1440, height: 900 },
  "a narrow window": { width: 390, height: 844 },
};

for (const [window, viewport] of Object.entries(WINDOWS))
  test(`from a pasted token to refused everywhere, by keyboard alone, in ${window}`, async ({
    page,
    authority,
    registry,
  }) => {
    const keyboard = new Keyboard(page);
    await page.setViewportSize(viewport);
    const value = await authority.issue(await registry.addService());
    expect((await authority.introspect(value, registry.verifier)).active).toBe(true);
    await page.goto("/");
    await expect(await keyboard.search(`leaked: ${value}`)).toContainText("recognised by its id");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/tokens\/[0-9a-f-]{36}$/);

    // the address changes before its page is there
    const revoke = page.getByRole("button", { name: /^Revoke/ });
    await keyboard.press(revoke);
    const thisToken = page.getByRole("menuitem", { name: "This token…" });
    await expect(thisToken).toBeVisible();
    await expect(async () => {
      await page.keyboard.press("ArrowDown");
      await expect(thisToken).toBeFocused({ timeout: 200 });
    }).toPass({ timeout: 5_000 });
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    // the form comes after the frame of the dialog
    const reason = dialog.getByRole("combobox", { name: "Reason" });
    await expect(reason).toBeVisible();
    await keyboard.tabTo(reason);
    await page.keyboard.type("Token leaked");
    // until the plan is there and a reason is chosen there is nothing to come to
    await keyboard.press(dialog.getByRole("button", { name: /^Revoke/ }));
    await expect(
      dialog
        .getByRole("status")
        .filter({ hasText: /stopped working|revoked/ })
        .first(),
    ).toBeVisible();
    expect(await authority.introspect(value, registry.verifier)).toEqual({ active: false });
    expect((await authority.verify(value, registry.verifier)).status).toBe(401);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(revoke, "the focus comes back").toBeFocused();
  });

test("a leak goes from the Leak desk through a case to its evidence pack, by keyboard alone", async ({
  page,
  authority,
  registry,
}) => {
  const keyboard = new Keyboard(page);
  const value = await authority.issue(await registry.addService());
  await authority.verify(value, registry.verifier, `/stolen/${registry.mark}`);
  await page.goto("/");
  await keyboard.goTo("Leak desk");
  await expect(page.getByRole("textbox", { name: "What leaked" }), "it can be pasted at once").toBeFocused();
  await page.keyboard.insertText(`Found in a gist: ${value}`);
  await keyboard.press(page.getByRole("button", { name: "Look up" }));
  await expect(page.getByRole("status").filter({ hasText: "Ours and live" })).toBeVisible();
  await keyboard.press(page.getByRole("button", { name: "Open a case" }));
  await expect(page).toHaveURL(/\/incidents\/\d+$/);

  await keyboard.press(page.getByRole("button", { name: "Take back the token…" }));
  const dialog = page.getByRole("dialog");
  await keyboard.press(dialog.getByRole("button", { name: /^Revoke / }));
  await expect(dialog.getByText(/stopped working/).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Contained", { exact: true })).toBeVisible();
  expect((await authority.verify(value, registry.verifier)).status).toBe(401);

  const download = page.waitForEvent("download");
  await keyboard.press(page.getByRole("button", { name: "Evidence pack", exact: true }));
  const pack = await readFile(await (await download).path(), "utf8");
  expect(pack).toContain(`/stolen/${registry.mark}`);
  expect(pack).not.toContain(value);
});

test("the lifetime of a client's tokens is found and set by keyboard alone, and the next token has it", async ({
  page,
  authority,
  registry,
}) => {
  const keyboard = new Keyboard(page);
  const client = await registry.addService({ accessTokenTtlSeconds: 3_600 });
  await page.goto("/");
  await keyboard.goTo(client.clientId);
  await expect(page).toHaveURL(`/clients/${client.id}`);
  await keyboard.press(page.getByRole("link", { name: "Explain and change" }));
  const typed = page.getByRole("textbox", { name: "Access token of a service, typed" });
  await expect(typed).toBeVisible();
  await keyboard.fill(typed, "10 min");
  await page.keyboard.press("Enter");
  await keyboard.press(page.getByRole("button", { name: "Save lifetimes" }));
  await expect(page.getByText("Saved. New tokens follow it.")).toBeVisible();
  await expect
    .poll(async () => {
      const { exp = 0, iat = 0 } = decodeJwt(await authority.issue(client));
      return exp - iat;
    })
    .toBe(600);
});

test("what a token did is found in the audit log by keyboard alone", async ({
  page,
  authority,
  registry,
}) => {
  const keyboard = new Keyboard(page);
  const token = await authority.issue(await registry.addService());
  const path = `/ledger/${registry.mark}`;
  await authority.verify(token, registry.verifier, path);
  await page.goto("/");
  await keyboard.goTo("Audit");
  const { query } = new TokensPage(page);
  await expect(query).toBeVisible();
  await page.keyboard.press("/");
  await expect(query).toBeFocused();
  await page.keyboard.insertText(`token:${decodeJwt(token).jti}`);
  await page.keyboard.press("Enter");
  const audit = new AuditPage(page);
  await expect(audit.uses.first()).toContainText(path);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("complementary", { name: "Open use" });
  await expect(drawer).toContainText(path);
  await expect(drawer).toContainText(registry.verifier.name);
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
});

/** Holds back every script that is asked for from now on, until the answer is called. */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(/\.js(?:\?|$)/, async (route) => {
    await released;
    await route.fallback();
  });
  return release;
}

test("the palette does what needs no page, explains words, and has what is typed before it has come, of which nothing is a key of the page behind it", async ({
  page,
  authority,
  registry,
}) => {
  const keyboard = new Keyboard(page);
  const html = page.locator("html");
  await page.goto("/");
  await keyboard.goTo("Turn the console dark");
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await keyboard.goTo("Follow the system");
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "light");
  await expect(await keyboard.search("famil")).toContainText("All tokens that came of one sign-in");
  await test.step("closed and opened again without a pause, it takes what is typed", async () => {
    const { field } = new CommandPalette(page);
    for (const text of ["r", "re", "rev", "revo", "revok", "revoke"]) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("ControlOrMeta+k");
      await page.keyboard.type(text);
      await expect(field).toHaveValue(text);
    }
  });

  const client = await registry.addService();
  await authority.issue(client);
  // nothing is asked for ahead
  await page.addInitScript(() =>
    Object.defineProperty(navigator, "connection", { value: { saveData: true } }),
  );
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.rows).toHaveCount(1);
  const dialogs = page.getByRole("dialog");
  const chosen = tokens.rows.getByRole("checkbox", { checked: true });

  await test.step("a dialog that is on its way takes the keys", async () => {
    const release = await holdScripts(page);
    await page.keyboard.press("j");
    await page.keyboard.type("?rx");
    await expect(dialogs).toHaveCount(0);
    release();
    await expect(dialogs).toHaveAccessibleName("Keys of this list");
    await page.keyboard.press("Escape");
    await expect(dialogs).toHaveCount(0);
    await expect(chosen).toHaveCount(0);
  });

  await test.step("so does the palette, and keeps them", async () => {
    const release = await holdScripts(page);
    const palette = new CommandPalette(page);
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("rx");
    await page.keyboard.press("Escape");
    await expect(dialogs, "closed before it was there").toHaveCount(0);
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("revx");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("oke");
    await page.keyboard.press("Enter");
    await expect(palette.field).toHaveValue("revoke");
    release();
    await expect(palette.line("Tokens that match “revoke”")).toBeVisible();
    await expect(dialogs).toHaveCount(1);
    await page.keyboard.type("d by");
    await expect(palette.field).toHaveValue("revoked by");
    await page.keyboard.press("Escape");
    await expect(dialogs).toHaveCount(0);
    await expect(chosen).toHaveCount(0);
    await page.keyboard.press("x");
    await expect(chosen, "the list has its keys again").toHaveCount(1);
  });
});
