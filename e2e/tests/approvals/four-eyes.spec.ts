import type { Page } from "@playwright/test";
import { endFourEyes } from "../../fixtures/end-four-eyes.ts";
import { inviteAdmin } from "../../fixtures/invite-admin.ts";
import { findOwner } from "../../fixtures/product.ts";
import { EVERYBODY, expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { untilAlive } from "../../pages/alive.ts";
import { RevokeDialog } from "../../pages/revoke-dialog.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

/** A code of the app works once: the next one after those that were used, at `usedAt` too. */
function codes(totpSecret: string, usedAt = 0): () => Promise<string> {
  const stepOf = (ms: number) => Math.floor(ms / 30_000);
  let used = stepOf(usedAt) === stepOf(Date.now()) ? codeOf(totpSecret) : "";
  return async () => {
    await expect.poll(() => codeOf(totpSecret), { timeout: 35_000, intervals: [500] }).not.toBe(used);
    used = codeOf(totpSecret);
    return used;
  };
}

async function confirm(page: Page, code: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Confirm it is you" });
  await expect(dialog).toContainText("for this very act");
  await dialog.getByLabel("Six-digit code").fill(code);
  await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
}

test("two owners: a wide revocation waits, is seen in words, approved and done; one does without and is reviewed", {
  lock: EVERYBODY,
}, async ({ page, browser, product, authority, registry, ownerApi, visitorApi }) => {
  test.setTimeout(240_000);
  const account = await inviteAdmin(ownerApi, visitorApi, "owner");
  const nextCode = codes(account.totpSecret);
  const owner = findOwner();
  if (owner === null) throw new Error("the set-up keeps the owner");
  const ownerCode = codes(owner.totpSecret, owner.signedInAt);
  const [first, second] = [await registry.addService(), await registry.addService()];
  const tokens = await Promise.all([first, first, second, second].map((client) => authority.issue(client)));
  const isActive = async (token: string | undefined) =>
    (await authority.introspect(token ?? "", registry.verifier)).active;
  const auditor = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const newcomer = { baseURL: product.consoleUrl, storageState: NOBODY };
  const context = await browser.newContext(newcomer);
  const other = await context.newPage();
  const passedOn = await browser.newPage(newcomer);
  try {
    const signIn = new SignInPage(other);
    await signIn.open();
    await signIn.enter({ email: account.email, password: account.password, code: await nextCode() });
    await expect(other).toHaveURL(`${product.consoleUrl}/`);

    await page.goto("/settings/approvals");
    await page.getByRole("checkbox", { name: "Wide revocations" }).check();
    await page.getByRole("textbox", { name: "Tokens within 24 hours" }).fill("1");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("On: what is chosen below waits for a second person.")).toBeVisible();

    await page.goto(`/clients/${first.id}`);
    await page.getByRole("button", { name: "Revoke all tokens…" }).click();
    await expect(
      page.getByRole("dialog").getByText("This waits for a second admin."),
      "before anything is typed",
    ).toBeVisible();
    await new RevokeDialog(page).revoke("Token leaked", `found ${registry.mark}`);
    const needed = page.getByRole("dialog", { name: "This needs a second person" });
    await needed.getByRole("textbox", { name: "Why" }).fill(`It is in a public repository ${registry.mark}`);
    const forThem = other
      .getByRole("banner", { includeHidden: true })
      .getByRole("link", { name: /^Approvals/, includeHidden: true });
    const said = (await forThem.getAttribute("aria-label")) ?? "";
    // what is open there holds the page still
    await other.keyboard.press("ControlOrMeta+k");
    await expect(other.getByRole("dialog")).toBeVisible();
    await needed.getByRole("button", { name: "Ask for approval" }).click();
    // however short ago they signed in: asking is an act of its own, and asked for once
    await confirm(page, await ownerCode());
    const waits = page.getByRole("dialog", { name: "It waits for a second person" });
    await expect(page.getByRole("dialog", { name: "Confirm it is you" })).toHaveCount(0);
    await waits.getByRole("link", { name: "See it" }).click();
    await expect(page.getByText("You asked for it: somebody else decides.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
    expect(await Promise.all(tokens.map(isActive))).toEqual([true, true, true, true]);

    // the same link, in the browser of who is not signed in and may not decide
    await passedOn.goto(page.url());
    await expect(passedOn).toHaveURL(/\/sign-in\?next=/);
    await expect(passedOn.locator("body")).not.toContainText(registry.mark);
    await untilAlive(passedOn);
    await new SignInPage(passedOn).enter({ ...auditor, code: codeOf(auditor.totpSecret) });
    await expect(passedOn, "back to the link").toHaveURL(page.url());
    await expect(passedOn.getByText("Your role does not allow the act itself.")).toBeVisible();
    await expect(passedOn.getByRole("button", { name: /Approve|Decline/ })).toHaveCount(0);

    await expect(forThem, "and what waits for them moves all the same").not.toHaveAttribute(
      "aria-label",
      said,
    );
    await other.keyboard.press("Escape");
    await expect(forThem).toHaveAttribute("aria-label", /^Approvals, \d+: \d+ to decide$/);
    await forThem.click();
    await expect(other.getByText(`It is in a public repository ${registry.mark}`)).toBeVisible();
    await other.getByRole("button", { name: /^Notifications, \d+\+? unread/ }).click();
    await other
      .getByRole("dialog", { name: "Notifications" })
      .getByRole("listitem")
      .filter({ hasText: registry.mark })
      .getByRole("link")
      .click();
    await expect(other, "the bell leads there").toHaveURL(page.url());
    const main = other.getByRole("main");
    await expect(main).toContainText("2 tokens stop working, everywhere and at once.");
    await expect(main).toContainText(first.clientId);
    await expect(main).toContainText("This cannot be undone");
    await expect(main).toContainText("It would still do exactly what stands here.");
    // another tab of who asked, which was opened before it is decided and draws nothing by itself
    await page.getByRole("button", { name: "Withdraw" }).click();
    const withdrawing = page.getByRole("dialog", { name: "Take it back?" });
    await expect(withdrawing).toBeVisible();
    await other.getByRole("button", { name: "Approve…" }).click();
    const approving = other.getByRole("dialog", { name: "Approve and do it" });
    await approving.getByRole("textbox", { name: "Note" }).fill("Seen it too");
    await approving.getByRole("button", { name: "Approve", exact: true }).click();
    await confirm(other, await nextCode());
    await expect(other.getByText("Approved and done.")).toBeVisible();
    expect(await Promise.all(tokens.map(isActive))).toEqual([false, false, true, true]);
    await withdrawing.getByRole("button", { name: "Withdraw" }).click();
    await expect(withdrawing.getByRole("alert"), "what was decided meanwhile is said").toContainText(
      `The approval is done already by ${account.email}.`,
    );
    await page.reload();
    await expect(page.getByRole("main")).toContainText("Done");

    await other.goto(`/clients/${second.id}`);
    await other.getByRole("button", { name: "Revoke all tokens…" }).click();
    const dialog = new RevokeDialog(other);
    await dialog.revoke("Token leaked", `found ${registry.mark}`);
    const alone = other.getByRole("dialog", { name: "This needs a second person" });
    await alone.getByRole("radio", { name: "Do it now, without a second person" }).check();
    await alone.getByRole("textbox", { name: "Why" }).fill(`Nobody answers the phone ${registry.mark}`);
    await alone.getByRole("button", { name: "Break the glass" }).click();
    await confirm(other, await nextCode());
    await expect(dialog.outcome).toBeVisible();
    expect(await Promise.all(tokens.map(isActive))).toEqual([false, false, false, false]);

    await page.goto("/");
    const banner = page.getByRole("complementary", { name: "Break-glass" });
    await expect(banner).toContainText(`Nobody answers the phone ${registry.mark}`);
    await banner.getByRole("link", { name: "Review it" }).click();
    await page.getByRole("button", { name: "Review…" }).click();
    const reviewing = page.getByRole("dialog", { name: "Review the break-glass" });
    await reviewing.getByRole("textbox", { name: "Note" }).fill("They had called me before");
    await reviewing.getByRole("button", { name: "I have reviewed it" }).click();
    await expect(page.getByText("They had called me before").first()).toBeVisible();
    await expect(banner).toHaveCount(0);
  } finally {
    await endFourEyes(product);
    await passedOn.context().close();
    await context.close();
  }
});
