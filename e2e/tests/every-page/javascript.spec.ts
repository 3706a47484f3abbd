import type { Locator, Page, Request } from "@playwright/test";
import { expect, test } from "../../fixtures/test.ts";

/** Bytes of compressed JavaScript that a first visit loads: on a page with a table, and on any. */
const MAX_OF_TABLES = 260_000;
const MAX_OF_ANY = 350_000;

const TABLES = [
  "/tokens",
  "/audit",
  "/audit/acts",
  "/audit/refused",
  "/orders",
  "/detections",
  "/approvals",
  "/incidents",
  "/users",
  "/groups",
  "/clients",
  "/audiences",
  "/verifiers",
  "/api-tokens",
  "/api-reference",
  "/api-reference?op=postOrders",
];
const OTHERS = [
  "/",
  "/leak-desk",
  "/keys",
  "/settings",
  "/clients/new",
  "/verifiers/new",
  "/users/new",
  "/admins",
];

/** What comes over the wire for scripts while a page is visited for the first time, until nothing more comes and what is `awaited` is there. */
async function scriptBytesOf(page: Page, path: string, awaited: Locator | null = null): Promise<number> {
  const scripts: Promise<number>[] = [];
  const hear = (request: Request) => {
    if (request.resourceType() === "script" || new URL(request.url()).pathname.endsWith(".js"))
      scripts.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  };
  page.on("requestfinished", hear);
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // the live connection never ends: scripts are all there when the page answers to the keyboard and the network is left alone by them
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  if (awaited !== null) await expect(awaited).toBeVisible();
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  page.off("requestfinished", hear);
  return (await Promise.all(scripts)).reduce((sum, bytes) => sum + bytes, 0);
}

for (const [paths, max] of [
  [TABLES, MAX_OF_TABLES],
  [OTHERS, MAX_OF_ANY],
] as const)
  for (const path of paths)
    test(`${path} loads at most ${max / 1000} kB of compressed JavaScript`, async ({ page }) => {
      const bytes = await scriptBytesOf(page, path);
      test.info().annotations.push({ type: "bytes", description: String(bytes) });
      expect(bytes, "the page has JavaScript at all").toBeGreaterThan(100_000);
      expect(bytes).toBeLessThanOrEqual(max);
    });

// stories beside it are of the same owner: what ends for them is told on these pages too
for (const path of ["/tokens", "/orders"])
  test(`${path} stays within that while the end of long work is told`, async ({ page, ownerApi }) => {
    const { id } = await ownerApi.make<{ id: string }>("/api/v1/exports", {
      list: "groups",
      format: "csv",
      query: "",
    });
    await ownerApi.make(`/api/v1/exports/${id}/cancel`, {});
    // as if it had been begun in this browser
    await page.addInitScript((one) => localStorage.setItem("tokenwarden.work", JSON.stringify([one])), id);
    const told = page.getByRole("alert").filter({ hasText: "Cancelled after 0 rows" });
    const bytes = await scriptBytesOf(page, path, told);
    test.info().annotations.push({ type: "bytes", description: String(bytes) });
    expect(bytes).toBeLessThanOrEqual(MAX_OF_TABLES);
  });

test("what a menu, a hint and the type-ahead need comes when they are used, and they work at once", async ({
  page,
}) => {
  await page.goto("/tokens");
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  const later: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.endsWith(".js")) later.push(request.url());
  });
  const columns = page.getByRole("button", { name: "Columns" });
  await columns.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  expect(later.length, "pieces that came for it").toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(columns).toBeFocused();
  await columns.hover();
  await expect(page.getByRole("tooltip")).toHaveText("Columns");
  await expect(columns).toHaveAccessibleDescription("Columns");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("tooltip")).toHaveCount(0);

  const field = page.getByRole("combobox", { name: "Filters as text" });
  await field.fill("state:");
  await page.keyboard.press("ArrowDown");
  const first = page.getByRole("option").first();
  await expect(first).toHaveAttribute("aria-selected", "true");
  await expect(field).toHaveAttribute("aria-activedescendant", (await first.getAttribute("id")) ?? "");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/state=/);
  await expect(field).toBeFocused();
});
