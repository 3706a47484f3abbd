import { expect, OWNERS_COLUMNS, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

// as they come, for other tests
test.afterAll(async ({ ownerApi }) => {
  const asTheyCome = { hidden: {}, sizes: {}, density: "comfortable" };
  for (const table of ["tokens", "orders"]) {
    const answer = await ownerApi.send("PUT", `/api/v1/me/tables/${table}`, asTheyCome);
    expect(answer.status(), table).toBe(200);
  }
});

test("filters, order and columns are saved as a view, opened, changed, shared, renamed and deleted", {
  lock: OWNERS_COLUMNS,
}, async ({ page, context, registry }) => {
  const name = `Long-lived ${registry.mark}`;
  const tokens = new TokensPage(page);
  const views = page.getByRole("button", { name: /^(Views|Long-lived|Renamed)/ });
  const header = (column: string) => tokens.list.getByRole("columnheader", { name: column, exact: true });
  const choose = async (item: string | RegExp) => {
    await views.click();
    await page.getByRole("menuitem", { name: item }).click();
  };

  await tokens.open({ state: "active", sort: "-expires" });
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Format" }).click();
  await page.keyboard.press("Escape");
  await expect(header("Format")).toBeVisible();
  await choose("Save as a new view…");
  const dialog = page.getByRole("dialog", { name: "Save as a new view" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(views).toHaveText(name);
  await expect(page).toHaveURL(/state=active&sort=-expires&view=/);

  await tokens.addChoice("Kind", "Access");
  await expect(views, "it says that it has moved on").toHaveText(new RegExp(`${name}.*changed`));
  await choose(`Update “${name}”`);
  await expect(page.getByText(`“${name}” is updated.`)).toBeVisible();
  await expect(views).toHaveText(name);

  await tokens.open();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Format" }).click();
  await page.keyboard.press("Escape");
  await expect(header("Format")).toHaveCount(0);
  await choose(name);
  await expect(tokens.chips).toHaveText(["State is Active", "Kind is Access"]);
  await expect(header("Format"), "columns come with the view").toBeVisible();
  expect(await tokens.sortOf("Expires")).toBe("descending");

  await choose("Share with everybody");
  await expect(page.getByText(`“${name}” is shared.`)).toBeVisible();
  await choose("Rename…");
  const rename = page.getByRole("dialog", { name: `Rename “${name}”` });
  await rename.getByRole("textbox", { name: "Name" }).fill(`Renamed ${registry.mark}`);
  await rename.getByRole("button", { name: "Rename" }).click();
  await expect(views).toHaveText(`Renamed ${registry.mark}`);

  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await expect(colleague.getByRole("button", { name: `Renamed ${registry.mark}` })).toBeVisible();
  await colleague.close();

  await choose("Delete…");
  await page.getByRole("button", { name: "Delete the view" }).click();
  await expect(views).toHaveText("Views");
  await expect(page).not.toHaveURL(/view=/);
  await page.goto("/audit/acts?target=saved_view");
  await expect(page.getByText("Saved view: deleted").first()).toBeVisible();
  await expect(page.getByText("Saved view: shared").first()).toBeVisible();
});

test("columns and density follow the person to another browser", {
  lock: OWNERS_COLUMNS,
}, async ({ page, browser }) => {
  await page.goto("/orders");
  const compact = page.getByRole("button", { name: "Compact rows" });
  const isCompact = (await compact.getAttribute("aria-pressed")) === "true";
  const kept = page.waitForResponse((response) => response.url().endsWith("/api/v1/me/tables/orders"));
  await compact.click();
  expect((await kept).status()).toBe(200);
  const elsewhere = await browser.newContext({ storageState: await page.context().storageState() });
  const other = await elsewhere.newPage();
  await other.goto(page.url());
  await expect(other.getByRole("button", { name: "Compact rows" })).toHaveAttribute(
    "aria-pressed",
    String(!isCompact),
  );
  await elsewhere.close();
});
