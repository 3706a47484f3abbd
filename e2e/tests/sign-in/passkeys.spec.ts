import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { ageSessions } from "../../fixtures/age-session.ts";
import { type AdminAccount, inviteAdmin } from "../../fixtures/invite-admin.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { VirtualAuthenticator } from "../../fixtures/virtual-authenticator.ts";
import { untilTakenOver } from "../../pages/alive.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

const OFFER = /\/api\/v1\/sign-in\/passkey$/;

test.use({ storageState: NOBODY });

/** Presses "Sign out" once the page that a sign-in led to takes presses at all. */
async function pressSignOut(page: Page): Promise<void> {
  await untilTakenOver(page);
  await page.getByRole("button", { name: /account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}

async function signOut(page: Page): Promise<void> {
  await pressSignOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
}

async function signInByRecovery(page: Page, admin: AdminAccount, code: string, query = ""): Promise<void> {
  const signIn = new SignInPage(page);
  await signIn.open(query);
  await signIn.email.fill(admin.email);
  await signIn.password.fill(admin.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /Use a recovery code/ }).click();
  await page.getByLabel("Recovery code").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("a passkey is added, signs in alone, confirms a stale session, is lost and replaced by a recovery code, and a copy is refused", async ({
  page,
  product,
  ownerApi,
  visitorApi,
}) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "owner");
  const device = await VirtualAuthenticator.of(page);
  // nobody touches the device before it is asked for by a button
  await device.touches(false);
  const signIn = new SignInPage(page);
  await signIn.open("?next=%2Faccount");
  await signIn.enter({ ...admin, code: codeOf(admin.totpSecret) });
  await expect(page).toHaveURL("/account");
  await device.touches(true);

  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Office laptop");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("region", { name: "Passkeys" }).getByText("Office laptop")).toBeVisible();
  await page.getByRole("button", { name: "Make recovery codes" }).click();
  await page.getByRole("button", { name: "Make the codes" }).click();
  const shown = page.getByRole("region", { name: "Recovery codes" }).locator("code");
  const codes = ((await shown.textContent()) ?? "").split("\n");
  expect(codes).toHaveLength(10);
  await page.keyboard.press("Escape");
  await expect(shown, "nothing closes it before they are kept").toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("tokenwarden-recovery-codes.txt");
  await page.getByRole("checkbox", { name: "I have kept them" }).check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("10 of 10 codes are left.")).toBeVisible();

  await device.touches(false);
  await signOut(page);
  // a link from an e-mail, to what is there no more
  const gone = `/approvals/${randomUUID()}`;
  await Promise.all([page.waitForResponse(OFFER), page.goto(gone)]);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  // what waits quietly beside the e-mail field would take the touch that is meant for the button
  await page.route(OFFER, async (route) => {
    await device.touches(true);
    await route.continue();
  });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(gone);
  await expect(page.getByRole("main")).toContainText("This is not there");
  await page.unroute(OFFER);

  await ageSessions(product, admin.email, 11);
  await page.goto("/admins/new");
  const email = `new-${Date.now()}@example.com`;
  await page.getByRole("textbox", { name: "Name" }).fill("Newcomer");
  await page.getByRole("textbox", { name: "E-mail" }).fill(email);
  const invite = page.getByRole("button", { name: "Invite", exact: true });
  await invite.click();
  const dialog = page.getByRole("dialog", { name: "Confirm it is you" });
  await expect(dialog.getByRole("button", { name: "Use a passkey" })).toBeFocused();
  await expectAccessible(page, "the dialog that asks again");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByText("It was not done"), "nothing failed").toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "E-mail" }), "the form is as it was").toHaveValue(email);
  await invite.click();
  await expect(dialog.getByRole("button", { name: "Use a passkey" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Hand this link over")).toBeVisible();
  const { rows } = await ownerApi.read<{ rows: { email: string }[] }>("/api/v1/admins");
  expect(rows.filter((row) => row.email === email)).toHaveLength(1);

  await device.lose();
  await page.context().clearCookies();
  await signInByRecovery(page, admin, codes[0] ?? "", "?next=%2Fapprovals%3Fstate%3Ddone");
  await expect(page, "to set up what was lost first").toHaveURL(/^[^?]*\/account\?next=/);
  const recovered = page.getByRole("alert", { name: "You came in with a recovery code" });
  await expect(recovered.getByRole("link", { name: "Go on to where you wanted to" })).toHaveAttribute(
    "href",
    "/approvals?state=done",
  );
  await page.getByRole("button", { name: "Remove Office laptop" }).click();
  await page.getByRole("button", { name: "Remove the passkey" }).click();
  await expect(page.getByText("No passkey yet")).toBeVisible();
  const next = await VirtualAuthenticator.of(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("New phone");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("region", { name: "Passkeys" }).getByText("New phone")).toBeVisible();

  // what the device offers beside the e-mail signs in too, without a button
  await pressSignOut(page);
  // the way out leads by the same address: only a page of it says that one is in again
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page).toHaveURL("/");
  // one page asks, once: each answer moves the counter on, and a page that is left on the way would take a count with it
  await next.turnBackCounters(1);
  await signOut(page);
  await expect(page.getByRole("alert").filter({ hasText: "was not accepted" })).toBeVisible();
  await next.lose();
  await signInByRecovery(page, admin, codes[0] ?? "");
  await expect(
    page.getByRole("alert").filter({ hasText: "works once" }),
    "the first one is used up",
  ).toBeVisible();
  await signInByRecovery(page, admin, codes[1] ?? "");
  await expect(page.getByRole("alert", { name: "A copy of your passkey was used" })).toBeVisible();
  await expect(page.locator("#main").getByText("8 of 10 codes are left.")).toBeVisible();
});
