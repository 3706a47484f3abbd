import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { overflowOf } from "../../fixtures/accessibility.ts";
import { test } from "../../fixtures/one-browser.ts";
import { expect, OWNERS_COLUMNS } from "../../fixtures/test.ts";

const LISTS = [
  "/tokens",
  "/audit",
  "/audit/acts",
  "/audit/refused",
  "/orders",
  "/users",
  "/groups",
  "/clients",
  "/audiences",
  "/verifiers",
];
/** Lists of more columns than 1280 pixels have room for beside the navigation. */
const WIDER_THAN_1280 = new Set(["/tokens", "/audit", "/audit/acts", "/clients"]);

/** Until what follows the window's width has been drawn for it. */
function twoFrames(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}

/** A list's frame with the scrollbar that many rows give it, whatever there is now. */
async function measureFrame(page: Page) {
  const frame = page.getByRole("region", { name: /^List of/ });
  await expect(frame.locator("tbody tr").first()).toBeVisible();
  return frame.evaluate((element) => {
    const section = element as HTMLElement;
    section.style.overflowY = "scroll";
    return {
      scrollbar: section.offsetWidth - section.clientWidth,
      hidden: section.scrollWidth - section.clientWidth,
      needs: Number.parseFloat(section.querySelector("table")?.style.minWidth ?? "0"),
      has: section.clientWidth,
    };
  });
}

test.beforeAll(async ({ ownerApi, authority, registry }) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await authority.verify(token, registry.verifier, "/invoices/7");
  await ownerApi.make(`/api/v1/tokens/${decodeJwt(token).jti}/revoke`, { reason: "test", note: "" });
  await ownerApi.make("/api/v1/users", {
    name: "Ana Lima",
    email: `ana-${registry.mark}@example.com`,
    groupIds: [registry.group.id],
  });
});

for (const path of LISTS) {
  test(`${path} scrolls sideways inside of its frame alone, and only where its columns do not fit`, {
    lock: OWNERS_COLUMNS,
  }, async ({ page }) => {
    await page.goto(path);
    for (const width of [1440, 1280, 1024, 768]) {
      await page.setViewportSize({ width, height: 900 });
      const fits = width === 1440 || (width === 1280 && !WIDER_THAN_1280.has(path));
      // what follows the window's width is drawn for it some frames later
      await expect(async () => {
        await twoFrames(page);
        const frame = await measureFrame(page);
        expect(frame.scrollbar, "scrollbars are there as people have them").toBeGreaterThan(5);
        if (fits) expect(frame.hidden, `${width}: pixels out of sight`).toBe(0);
        else if (frame.hidden > 0)
          expect(frame.needs, `${width}: the columns ask for more`).toBeGreaterThan(frame.has);
        expect(await overflowOf(page), `${width}: the page itself`).toBe(0);
      }).toPass({ timeout: 10_000 });
    }
  });
}

test("a permission stands whole beside how many more there are, and a card has whole sentences", async ({
  page,
  ownerApi,
  authority,
  registry,
}) => {
  const [first, second] = [`inv${registry.mark}:write`, `inv${registry.mark}:read`];
  const audience = await ownerApi.make<{ id: string; permissions: { id: string }[] }>("/api/v1/audiences", {
    name: `inv-${registry.mark}`,
    title: `Invoices ${registry.mark}`,
    resourceUri: `https://inv-${registry.mark}.example.com/`,
    permissions: [first, second].map((name) => ({ name, description: "Made by a test" })),
  });
  const client = await registry.addService({
    audienceIds: [audience.id],
    permissionIds: audience.permissions.map(({ id }) => id),
    groupIds: [],
  });
  await authority.issue(client);
  await page.goto(`/tokens?client=${client.clientId}`);
  const permission = page.getByRole("region", { name: "List of tokens" }).locator("tbody code").first();
  await expect(permission).toBeVisible();
  await expect(page.getByRole("button", { name: "1 more permission" })).toBeVisible();
  const cut = (element: HTMLElement) => element.scrollWidth - element.clientWidth;
  await expect.poll(() => permission.evaluate(cut), "pixels of it that are cut").toBe(0);
  await expect(permission).toHaveAttribute("title", (await permission.textContent()) ?? "");

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/audit/refused?asker=${registry.verifier.name}`);
  const because = page.locator('tbody td[data-label="Because"]').first();
  await expect(because).toBeVisible();
  await expect.poll(() => because.evaluate(cut), "pixels of the reason that are cut").toBe(0);
});
