import { expectAccessible } from "../../fixtures/accessibility.ts";
import { issueLongAgo, purgeNow } from "../../fixtures/old-tokens.ts";
import { expect, test } from "../../fixtures/test.ts";
import { CommandPalette } from "../../pages/command-palette.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

test("fewer days show what leaves, ask, and what has left is told wherever it is looked for", async ({
  page,
  product,
  registry,
  ownerApi,
}) => {
  const client = await registry.addService();
  const tokens = await issueLongAgo(product, { clientId: client.id, weeks: 8, count: 3 });
  const [{ id, week } = { id: "", week: "" }] = tokens;
  await page.goto("/settings/retention");
  const save = page.getByRole("button", { name: "Save", exact: true });
  await expect(save).toHaveAccessibleDescription("Nothing is changed yet.");
  const row = page.getByRole("row").filter({ hasText: week });
  await expect(row).toContainText("3");

  const days = page.getByRole("textbox", { name: "Kept after expiry" });
  await days.fill("0");
  await expect(save).toHaveAccessibleDescription("Must be a whole number of days from 7 to 3,650.");
  await days.fill("30");
  await save.click();
  const dialog = page.getByRole("dialog", { name: "Take weeks out of the register" });
  await expect(dialog).toContainText("3 tokens");
  await expect(dialog).toContainText("They do not come back.");
  await expectAccessible(page, "the dialog of what leaves");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect((await ownerApi.read<{ expiredTokenDays: number }>("/api/v1/retention")).expiredTokenDays).toBe(90);
  await save.click();
  await dialog.getByRole("button", { name: "Save and let them go" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("It takes out")).toContainText("3 tokens");

  await purgeNow(product);
  await page.reload();
  const left = page.getByRole("region", { name: "What has left" });
  await expect(left.getByRole("row").filter({ hasText: week })).toContainText("30 days");
  await expect(page.getByRole("region", { name: "Weeks in the register" })).not.toContainText(week);

  const palette = new CommandPalette(page);
  await palette.open();
  await palette.field.fill(id);
  await expect(palette.dialog.getByRole("button").first(), "it has come").toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/tokens/${id}`);
  await expect(page.getByText("It left the register on")).toContainText("Its uses stay in the audit log.");
  await expectAccessible(page, "the page of a token that left");
  await page.getByRole("link", { name: "Its uses in the audit log" }).click();
  await expect(page.getByRole("row").filter({ hasText: client.clientId })).toHaveCount(1);

  const list = new TokensPage(page);
  await list.open();
  await list.query.fill(id);
  await list.query.press("Enter");
  await expect(page, "a list's search knows it too").toHaveURL(`/tokens/${id}`);

  await page.goto("/audit/acts?q=register");
  await expect(page.getByRole("row").filter({ hasText: "Register: week purged" }).first()).toBeVisible();

  // as it was, for other tests
  await page.goto("/settings/retention");
  await days.fill("90");
  await save.click();
  await expect(save).toHaveAccessibleDescription("Nothing is changed yet.");
});
