import type { Page } from "@playwright/test";
import { expectAccessible, overflowOf } from "../../fixtures/accessibility.ts";
import { Application } from "../../fixtures/application.ts";
import type { ConsoleApi } from "../../fixtures/console-api.ts";
import type { Registry } from "../../fixtures/registry.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { AccountPage } from "../../pages/account-page.ts";
import { AuditPage } from "../../pages/audit-page.ts";
import { AuthorityPages } from "../../pages/authority-pages.ts";

async function expectSound(page: Page, name: string): Promise<void> {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ])
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => overflowOf(page), `${name}, ${viewport.width}`).toBe(0);
      await expectAccessible(page, `${name}, ${viewport.width}, ${colorScheme}`);
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function addApplication(api: ConsoleApi, registry: Registry, name: string, redirectUri: string) {
  const clientId = `${name.toLowerCase()}-${registry.mark}`;
  const { client, secret } = await api.make<{ client: { id: string }; secret: string }>("/api/v1/clients", {
    kind: "web",
    name: `${name} ${registry.mark}`,
    clientId,
    redirectUris: [redirectUri],
    audienceIds: [registry.audience.id],
    permissionIds: registry.audience.permissionIds,
  });
  return { id: client.id, name: `${name} ${registry.mark}`, clientId, secret };
}

test("one sign-in opens two applications, each after its consent; the person ends browsers, withdraws an application and logs out everywhere", async ({
  page,
  browser,
  product,
  registry,
  authority,
  ownerApi,
  callback,
}) => {
  const person = { email: `mia-${registry.mark}@example.com`, password: "a long sentence for mia" };
  const { id: userId } = await ownerApi.make<{ id: string }>("/api/v1/users", {
    name: "Mia Duarte",
    ...person,
    groupIds: [registry.group.id],
  });
  const shopClient = await addApplication(ownerApi, registry, "Shop", callback.uri);
  const deskClient = await addApplication(ownerApi, registry, "Desk", callback.uri);
  const { authorityUrl } = product;
  const [shop, desk] = await Promise.all(
    [shopClient, deskClient].map(({ clientId, secret }) =>
      Application.discover(authorityUrl, clientId, secret, callback.uri),
    ),
  );
  if (shop === undefined || desk === undefined) throw new Error("no applications");
  const [read, write] = registry.permissions;
  const scope = `openid profile offline_access ${read}`;

  const laptop = await browser.newContext({ storageState: NOBODY, javaScriptEnabled: false });
  const laptopPage = await laptop.newPage();
  const pages = new AuthorityPages(laptopPage);
  await expect
    .poll(async () => {
      await laptopPage.goto(await shop.startSignIn(scope));
      return laptopPage.getByLabel("E-mail address").count();
    }, "authorities follow the registry within a second")
    .toBe(1);
  await pages.signIn(person.email, person.password);
  await expect(pages.consent).toHaveText(`${shopClient.name} asks for access`);
  await pages.allow();
  await laptopPage.waitForURL(`${callback.uri}?**`);
  const inShop = await shop.finishSignIn(laptopPage.url());

  // the second application: no password, its own consent
  await laptopPage.goto(await desk.startSignIn(scope));
  await expect(pages.consent).toHaveText(`${deskClient.name} asks for access`);
  await pages.allow();
  await laptopPage.waitForURL(`${callback.uri}?**`);
  const inDesk = await desk.finishSignIn(laptopPage.url());

  // another browser: a password, no consent again, and consent for what is new
  const phone = await browser.newContext({ storageState: NOBODY });
  const phonePage = await phone.newPage();
  const phonePages = new AuthorityPages(phonePage);
  await phonePage.goto(await shop.startSignIn(scope));
  await phonePages.signIn(person.email, person.password);
  await phonePage.waitForURL(`${callback.uri}?**`);
  const onPhone = await shop.finishSignIn(phonePage.url());
  await phonePage.goto(await shop.startSignIn(`${scope} ${write}`));
  await expect(phonePage.getByText("It asks for more now")).toBeVisible();

  const account = new AccountPage(laptopPage, authorityUrl);
  await account.open();
  await expect(account.entry("This browser")).toContainText(
    `Gave access to ${deskClient.name} and ${shopClient.name}.`,
  );
  await expect(account.entries).toHaveCount(4);
  await expect(account.entry("Withdraw").filter({ hasText: shopClient.name })).toContainText(String(read));

  // the console's page of the user says the same
  await page.goto(`/users/${userId}`);
  const sessions = page.getByRole("region", { name: "Where they are signed in" });
  await expect(sessions.getByRole("row")).toHaveCount(3);
  await expect(sessions).toContainText("Chrome on Windows");
  const grants = page.getByRole("region", { name: "Applications with access" });
  await expect(grants).toContainText(deskClient.name);
  await expect(grants).toContainText(shopClient.name);

  await account.endOthers();
  await expect(account.notice).toContainText("All other browsers are signed out");
  const isActive = async (token: string) => (await authority.introspect(token, registry.verifier)).active;
  expect(await isActive(onPhone.access)).toBe(false);
  expect(await shop.refusalOfRefresh(onPhone.refresh)).toBe("invalid_grant");
  expect(await isActive(inShop.access), "this browser's goes on").toBe(true);

  await account.withdraw(shopClient.name);
  await expect(account.notice).toContainText("access is withdrawn");
  expect(await isActive(inShop.access)).toBe(false);
  expect(await isActive(inDesk.access), "another application goes on").toBe(true);
  await laptopPage.goto(await shop.startSignIn(scope));
  await expect(pages.consent, "asked again, without a password").toHaveText(
    `${shopClient.name} asks for access`,
  );

  // an admin withdraws the other
  await page.reload();
  await page.getByRole("button", { name: `Withdraw… ${deskClient.name}` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("The user stays signed in");
  await dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Policy" });
  await dialog.getByRole("button", { name: "Withdraw access" }).click();
  await expect(page.getByText(`Access of ${deskClient.name} is withdrawn`)).toBeVisible();
  expect(await isActive(inDesk.access)).toBe(false);

  await account.open();
  await account.logOutEverywhere();
  await expect(account.notice).toContainText("You are logged out everywhere");
  await laptopPage.goto(await desk.startSignIn(scope));
  await expect(laptopPage.getByLabel("E-mail address")).toBeVisible();
  const audit = new AuditPage(page);
  await audit.openActs({ target: "user", targetId: userId });
  await expect(audit.acts.filter({ hasText: "Asked for by the user" })).not.toHaveCount(0);
  await expect(audit.acts.filter({ hasText: "User: tokens revoked" })).toContainText(person.email);
  await Promise.all([laptop.close(), phone.close()]);
});

test("a person's own page is sound in light and dark, wide and narrow", async ({
  browser,
  product,
  registry,
  ownerApi,
}) => {
  const person = { email: `ivo-${registry.mark}@example.com`, password: "a long sentence for ivo" };
  await ownerApi.make("/api/v1/users", { name: "Ivo Novak", ...person, groupIds: [registry.group.id] });
  const device = await browser.newContext({ storageState: NOBODY });
  const page = await device.newPage();
  const account = new AccountPage(page, product.authorityUrl);
  await account.open();
  await new AuthorityPages(page).signIn(person.email, "not the password");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectSound(page, "sign-in of the account");
  await new AuthorityPages(page).signIn(person.email, person.password);
  await expect(page.getByText("No application may act for you.")).toBeVisible();
  await expectSound(page, "account");
  await page.getByRole("link", { name: "Log out everywhere" }).click();
  await expectSound(page, "log out everywhere");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Sign out of this browser" }).click();
  await expect(page.getByText("You are signed out of this browser")).toBeVisible();
  await device.close();
});

test("a file of users is shown row by row before anything changes, and does what was shown", async ({
  page,
  registry,
  ownerApi,
}) => {
  const { mark } = registry;
  const old = `old-${mark}@example.com`;
  await ownerApi.make("/api/v1/users", { name: "Old Name", email: old, groupIds: [registry.group.id] });
  const file = [
    "email,name,groups,department",
    `new-${mark}@example.com,New Person,${registry.group.name},Sales`,
    `${old},New Name,,Sales`,
    `=1+1@example.com,Formula,,`,
    `NEW-${mark}@example.com,Again,,`,
  ].join("\r\n");
  await page.goto("/users");
  await page.getByRole("link", { name: "Import CSV" }).click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "CSV file" }).click();
  await (await chooser).setFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await page.getByRole("button", { name: "Compare with the register" }).click();
  await page.waitForURL(/\/users\/import\?id=/);
  const rows = page.getByRole("region", { name: "Rows" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText("Created");
  await expect(rows.nth(2)).toContainText("Old Name → New Name");
  await expect(rows.nth(3)).toContainText("The e-mail begins like a formula.");
  await expect(rows.nth(4)).toContainText("It is on line 2 already.");
  await expect(page.getByText("Passed over: department.")).toBeVisible();
  await expect(
    page.getByText("Access tokens that they hold keep what they carry until they expire"),
  ).toBeVisible();
  await expectSound(page, "import");
  await page.reload();
  await page.getByRole("link", { name: "Refused 2" }).click();
  await expect(rows).toHaveCount(3);
  await page.getByRole("button", { name: "Apply 2 changes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("people.csv is applied.")).toBeVisible();
  await page.goto(`/users?q=${mark}`);
  await expect(page.getByRole("link", { name: "New Person" })).toBeVisible();
  await expect(page.getByRole("link", { name: "New Name" })).toBeVisible();
  await page.goto("/audit/acts");
  await page.getByRole("link", { name: "people.csv" }).first().click();
  await expect(page.getByText("Applied", { exact: true })).toBeVisible();
});

test("a person who asks for it is erased: shown first, typed, done by a worker, and found by nobody afterwards", async ({
  page,
  registry,
  ownerApi,
}) => {
  const email = `uma-${registry.mark}@example.com`;
  const { id } = await ownerApi.make<{ id: string }>("/api/v1/users", {
    name: `Uma Leaves ${registry.mark}`,
    email,
    groupIds: [registry.group.id],
  });
  await page.goto(`/users/${id}`);
  await page.getByRole("button", { name: "Erase personal data" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("The user is enabled: disable them first.");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await ownerApi.make(`/api/v1/users/${id}/disable`, { reason: "user_request" });
  await page.reload();
  await page.getByRole("button", { name: "Erase personal data" }).click();
  await expect(dialog).toContainText("Cannot be reached from here");
  await expectSound(page, "erase dialog");
  const act = dialog.getByRole("button", { name: "Erase for good" });
  await expect(act).toBeDisabled();
  await dialog.getByRole("textbox", { name: `Type ${email} to confirm` }).fill(email);
  await act.click();
  const notice = page.getByRole("status").filter({ hasText: "Personal data erased" });
  await expect(notice).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("heading", { name: "Erased person" })).toBeVisible();
  await expectSound(page, "erased user");
  await page.goto(`/users?q=${registry.mark}`);
  await expect(page.getByRole("link", { name: "Uma Leaves" })).toHaveCount(0);
  await page.goto(`/audit/acts?target=user&targetId=${id}`);
  await expect(page.getByRole("main")).not.toContainText(email);
});
