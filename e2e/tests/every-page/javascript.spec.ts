import { readFileSync } from "node:fs";
import path from "node:path";
import type { Locator, Page, Request } from "@playwright/test";
import { listPageRoutes } from "../../fixtures/page-routes.ts";
import { expect, test } from "../../fixtures/test.ts";

/** As the build states it of every page, and holds it to (`server/setup/page-javascript.mjs`). */
const STATED = path.resolve(import.meta.dirname, "../../../.next/page-javascript.json");
type Stated = { page: string; bytes: number; max: number };

/** What the server compresses otherwise than the build. */
const TOLERANCE = 3_000;
/** Stories beside these are of the same owner: what ends for them may be told on any page, and is drawn by a piece of its own. */
const NOTICE = 16_000;
/** A list, the one with the most words, forms, charts, and what opens a part of itself. */
const PAGES = [
  "/",
  "/tokens",
  "/audit",
  "/audit/acts",
  "/keys",
  "/clients/new",
  "/api-reference?op=postOrders",
];

const readStated = () => JSON.parse(readFileSync(STATED, "utf8")) as Stated[];

function statedOf(address: string): Stated {
  const { pathname } = new URL(address, "http://localhost");
  const stated = readStated().find(({ page }) => page === pathname);
  if (stated === undefined) throw new Error(`the build states nothing of ${pathname}`);
  return stated;
}

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

// the page alone: what a browser asks for ahead, once it has nothing to do, is left out by one that saves data
test.beforeEach(({ page }) =>
  page.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } })),
);

test("the build states the JavaScript of every page that there is", () => {
  const stated = readStated().map(({ page }) => page);
  expect(listPageRoutes().filter((route) => !stated.includes(route))).toEqual([]);
});

for (const address of PAGES)
  test(`${address} loads as much compressed JavaScript as the build states of it`, async ({ page }) => {
    const { bytes: stated, max } = statedOf(address);
    const bytes = await scriptBytesOf(page, address);
    test.info().annotations.push({ type: "bytes", description: `${bytes}, stated ${stated}` });
    expect(bytes).toBeLessThanOrEqual(max);
    expect(bytes).toBeGreaterThanOrEqual(stated - TOLERANCE);
    expect(bytes).toBeLessThanOrEqual(stated + TOLERANCE + NOTICE);
  });

for (const path of ["/tokens", "/audit/acts"])
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
    expect(bytes).toBeLessThanOrEqual(statedOf(path).max);
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
