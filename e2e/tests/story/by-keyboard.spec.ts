import type { Page } from "@playwright/test";
import { expect, test } from "../../fixtures/test.ts";

/** Goes on by Tab until the control with such a name has the focus. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let steps = 0; steps < most; steps += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const at = document.activeElement;
      const label = at instanceof HTMLSelectElement ? (at.labels?.[0]?.textContent ?? "") : "";
      return `${at?.getAttribute("aria-label") ?? ""} ${label} ${at?.textContent ?? ""}`.trim();
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Tab does not come to ${name}`);
}

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
    await page.setViewportSize(viewport);
    const value = await authority.issue(await registry.addService());
    expect((await authority.introspect(value, registry.verifier)).active).toBe(true);
    await page.goto("/");
    // what hears keys anywhere on the page is set up before the browser has nothing to do
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2_000 })));

    await page.keyboard.press("ControlOrMeta+k");
    await expect(page.getByRole("dialog").getByRole("textbox")).toBeFocused();
    await page.keyboard.insertText(`leaked: ${value}`);
    await expect(page.getByRole("dialog")).toContainText("recognised by its id");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/tokens\/[0-9a-f-]{36}$/);

    // the address changes before its page is there
    await expect(page.getByRole("button", { name: /^Revoke/ })).toBeVisible();
    await tabTo(page, /^Revoke/);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("menuitem", { name: "This token…" })).toBeVisible();
    await expect(async () => {
      await page.keyboard.press("ArrowDown");
      await expect(page.getByRole("menuitem", { name: "This token…" })).toBeFocused({ timeout: 200 });
    }).toPass({ timeout: 5_000 });
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog).toBeVisible();
    // the form comes after the frame of the dialog
    await expect(dialog.getByRole("combobox", { name: "Reason" })).toBeVisible();
    await tabTo(page, /^Reason/);
    await page.keyboard.type("Token leaked");
    // until the plan is there and a reason is chosen there is nothing to come to
    await expect(dialog.getByRole("button", { name: /^Revoke/ })).toBeEnabled();
    await tabTo(page, /^Revoke/);
    await page.keyboard.press("Enter");
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
    await expect(page.getByRole("button", { name: /^Revoke/ }), "the focus comes back").toBeFocused();
  });
