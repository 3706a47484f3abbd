import { readFileSync } from "node:fs";
import { decodeJwt } from "jose";
import Papa from "papaparse";
import { expect, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";
import { WorkTray } from "../../pages/work-tray.ts";

test("what is filtered is exported: a whole file, followed in the top bar, on record", async ({
  page,
  authority,
  registry,
  ownerApi,
}) => {
  const client = await registry.addService();
  const values: string[] = [];
  for (let count = 0; count < 3; count += 1) values.push(await authority.issue(client));
  const ids = values.map((value) => String(decodeJwt(value).jti));
  await ownerApi.make(`/api/v1/tokens/${ids[0]}/revoke`, { reason: "test", note: "" });
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId, sort: "issued" });
  await expect(tokens.rows).toHaveCount(3);

  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText("Export what is filtered: 3 tokens")).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: /^CSV/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^tokens-\d{8}T\d{6}Z\.csv$/);
  const text = readFileSync(await download.path(), "utf8");
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  expect(data.map((row) => [row.id, row.state])).toEqual([
    [ids[0], "revoked"],
    [ids[1], "active"],
    [ids[2], "active"],
  ]);
  for (const value of values) expect(text.includes(value.slice(-20)), "the file holds a token").toBe(false);

  await expect(page.getByRole("alert").filter({ hasText: "Done: 3 rows" })).toBeVisible();
  const work = new WorkTray(page);
  await work.button.click();
  await expect(work.item("Export of Tokens as CSV").first()).toContainText("Done: 3 rows");
  await page.goto("/audit/acts?target=export");
  await expect(page.getByText("Export: completed").first()).toBeVisible();
  await expect(page.getByText("Export: began").first()).toBeVisible();
});

test("an export under way is there on any page and after a reload, and is cancelled from there", async ({
  page,
  ownerApi,
}) => {
  await page.goto("/clients");
  const work = new WorkTray(page);
  await expect(work.button).toBeVisible();
  const { id } = await ownerApi.make<{ id: string }>("/api/v1/exports", {
    list: "users",
    format: "ndjson",
    query: "",
  });
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto("/keys");
  await expect(work.button).toHaveAccessibleName("Work, 1 under way");
  const bar = await page
    .getByRole("banner")
    .locator("a:visible, button:visible")
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]),
    );
  const places = bar.flat();
  expect(places, "what stands in the top bar, side by side").toEqual(places.toSorted((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...places)).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1440, height: 420 });
  await page.goto("/settings/mail");
  const here = page
    .getByRole("navigation", { name: "Console", exact: true })
    .getByRole("link", { name: "E-mail" });
  await expect(here, "the navigation shows where one is").toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.reload();
  await work.button.click();
  const item = work.item("Export of Users as NDJSON").first();
  await expect(item).toContainText("Waits for the browser to take it");
  await item.getByRole("button", { name: "Cancel: Export of Users as NDJSON" }).click();
  await expect(item).toContainText("Cancelled after 0 rows");
  await expect(page.getByRole("alert").filter({ hasText: "Cancelled after 0 rows" })).toBeVisible();
  expect(
    (await ownerApi.get(`/api/v1/exports/${id}/file`)).status(),
    "its file is not to be had any more",
  ).toBe(410);
});
