import { ConsoleApi } from "../../fixtures/console-api.ts";
import { inviteAdmin } from "../../fixtures/invite-admin.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { untilTakenOver } from "../../pages/alive.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

test.use({ storageState: NOBODY });

test("a password is changed with the one before and one that nobody would guess, and signs in", async ({
  page,
  ownerApi,
  visitorApi,
}) => {
  const admin = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const signIn = new SignInPage(page);
  await signIn.open("?next=%2Faccount");
  await signIn.enter({ ...admin, code: codeOf(admin.totpSecret) });
  await expect(page).toHaveURL("/account");
  await untilTakenOver(page);
  const api = new ConsoleApi(page.request, page.url());
  await page.getByRole("button", { name: "Change the password" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the password" });
  const [now, next] = [
    dialog.getByLabel("Password that you have now"),
    dialog.getByLabel("New password", { exact: true }),
  ];
  await next.fill("short");
  await expect(dialog.getByText(/must have at least 12 characters/i), "said at once").toBeVisible();
  await now.fill("not the password");
  await next.fill("password1234");
  const send = () => dialog.getByRole("button", { name: "Change the password" }).click();
  await send();
  await expect(dialog.getByText(/would be guessed soon/)).toBeVisible();
  const password = "nine green boats sail uphill";
  await next.fill(password);
  await send();
  await expect(dialog.getByText(/is not your password/i)).toBeVisible();
  await now.fill(admin.password);
  await send();
  await expect(page.getByText("The password is changed.")).toBeVisible();
  await expect(dialog).toHaveCount(0);
  const told = await api.read<{ rows: { title: string }[] }>("/api/v1/me/notifications");
  expect(told.rows.map(({ title }) => title)).toContain("Your password was changed");
});
