import { randomBytes } from "node:crypto";
import { startTestProvider } from "../../../lib/sign-in-providers/test-provider.ts";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { untilAlive } from "../../pages/alive.ts";

test("an owner adds the company's provider; somebody comes in by it with the role of their group, confirms there, and is out when it is disabled", async ({
  page,
  browser,
  product,
  ownerApi,
}) => {
  const theirs = await startTestProvider({
    redirectsTo: `${product.consoleUrl}/api/auth/callback/`,
    port: Number(new URL(product.providerUrls[0] ?? "").port),
  });
  const mark = randomBytes(3).toString("hex");
  const email = `Ines.${mark}@company.example`;

  await page.goto("/settings/sign-in/new");
  // to be registered there before: the same after a reload, and once the provider is added
  const redirect = page.getByText(/\/api\/auth\/callback\/[0-9a-f-]{36}$/);
  await expect(page).toHaveURL(/\?id=[0-9a-f-]{36}$/);
  const address = (await redirect.textContent()) ?? "";
  await page.reload();
  await expect(redirect).toHaveText(address);
  await page.getByRole("textbox", { name: "Name" }).fill(`Company ${mark}`);
  await page.getByRole("textbox", { name: "Issuer" }).fill(theirs.issuer);
  await page.getByRole("button", { name: "Test" }).click();
  await expect(page.getByText("The provider answers, with one key for ES256")).toBeVisible();
  await page.getByRole("textbox", { name: "Client ID" }).fill(theirs.clientId);
  await page.locator('input[type="password"]').fill(theirs.clientSecret);
  await page.getByLabel("Scopes").first().fill("groups");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Add a rule" }).click();
  await page.getByRole("textbox", { name: "Value of rule 1" }).fill("tw-owners");
  await page.getByRole("combobox", { name: "Role of rule 1" }).click();
  await page.getByRole("option", { name: "Owner" }).click();
  await expectAccessible(page, "a new provider");
  await page.getByRole("button", { name: "Add the provider" }).click();
  await expect(page).toHaveURL(/\/settings\/sign-in\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").at(-1) ?? "";
  expect(address).toBe(`${product.consoleUrl}/api/auth/callback/${id}`);
  await expect(page.getByText(address)).toBeVisible();
  await expectAccessible(page, "a provider");

  await page.goto("/admins/new");
  await page.getByRole("textbox", { name: "Name" }).fill(`Ines ${mark}`);
  const { name: own } = await ownerApi.read<{ name: string }>("/api/v1/me");
  const typed = page.getByRole("textbox", { name: "E-mail" });
  await typed.fill(own.toUpperCase());
  await expect(page.getByText("An admin has this address already.")).toBeVisible();
  await typed.fill(own.replace("@", "+x@"));
  const warning = page.getByRole("status").filter({ hasText: `Easily read as ${own}` });
  await expect(warning, "said while one types").toBeVisible();
  await expectAccessible(page, "an address that looks like another admin's");
  await typed.fill(email);
  await expect(warning).toHaveCount(0);
  await expect(page.getByText(`What they are at Company ${mark}.`)).toBeVisible();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("within seven days, here")).toBeVisible();

  const context = await browser.newContext({ baseURL: product.consoleUrl, storageState: NOBODY });
  const theirPage = await context.newPage();
  theirs.person = { sub: mark, email, email_verified: true, name: "Ines", groups: ["else"] };
  theirs.how = { secondsAgo: 3_600 };
  // a link to what is there no more
  await theirPage.goto("/incidents/999999999");
  await expect(theirPage).toHaveURL(/\/sign-in\?next=/);
  await untilAlive(theirPage);
  await expectAccessible(theirPage, "sign-in with a provider");
  const signIn = theirPage.getByRole("button", { name: `Sign in with Company ${mark}` });
  await signIn.click();
  await expect(theirPage.getByRole("alert").filter({ hasText: "None of your groups" })).toBeVisible();

  theirs.person = { ...theirs.person, groups: ["everybody", "tw-owners"] };
  // the page that says so still knows where they wanted to go
  await untilAlive(theirPage);
  await signIn.click();
  await expect(theirPage).toHaveURL("/incidents/999999999");
  await expect(theirPage.getByRole("main")).toContainText("This is not there");
  await theirPage.goto("/account");
  await expect(theirPage.getByRole("cell", { name: `Company ${mark}` })).toBeVisible();

  await theirPage.goto("/api-tokens/new");
  await untilAlive(theirPage);
  await theirPage.getByRole("textbox", { name: "Name" }).fill(`by ${mark}`);
  await theirPage.getByRole("button", { name: "Create", exact: true }).click();
  const dialog = theirPage.getByRole("dialog", { name: "Confirm it is you" });
  theirs.how = { secondsAgo: 0 };
  await dialog.getByRole("button", { name: `Confirm with Company ${mark}` }).click();
  await expect(dialog).toBeHidden();
  await expect(theirPage.getByText(/tw[a-z]_/).first()).toBeVisible();

  await page.goto(`/settings/sign-in/${id}`);
  await page.getByRole("button", { name: "Disable…" }).click();
  await expect(page.getByText("One session ends at once.")).toBeVisible();
  await page.getByRole("button", { name: "Disable it" }).click();
  await expect(page.getByText(`Company ${mark} is disabled.`)).toBeVisible();
  expect((await theirPage.request.get("/api/v1/me")).status(), "the next request").toBe(401);
  await theirPage.goto("/audit");
  await expect(theirPage).toHaveURL(/\/sign-in/);
  await expect(signIn).toHaveCount(0);
  const acts = await ownerApi.read<{ rows: { act: string }[] }>(`/api/v1/audit-entries?targetId=${id}`);
  expect(acts.rows.map(({ act }) => act)).toEqual(["sign_in_provider.disabled", "sign_in_provider.created"]);

  await page.getByRole("button", { name: "Remove…" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page).toHaveURL("/settings/sign-in");
  await context.close();
  await theirs.stop();
});
