import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

type Watched = { shift: number; drawn: number; pulses: string[] };
const watched = (page: Page) => page.evaluate(() => (window as unknown as { watched: Watched }).watched);

/** Notes in the page what the browser counts as layout shift, how often rows were drawn, and what the live connection said. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const watched: Watched = { shift: 0, drawn: 0, pulses: [] };
    Object.assign(window, { watched });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        watched.shift += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift" });
    new MutationObserver(() => {
      watched.drawn += 1;
    }).observe(document.querySelector("tbody") as Element, { childList: true });
    const source = new EventSource("/api/v1/live");
    source.addEventListener("change", ({ data }) => watched.pulses.push(JSON.parse(data).newestTokenId));
    await new Promise((opened) => source.addEventListener("change", opened, { once: true }));
  });
}

test("rows that come in move neither the page nor what one points at or reads; what waits above is counted, one press away", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const issue = async () => String(decodeJwt(await authority.issue(client)).jti);
  for (let count = 0; count < 24; count += 1) await issue();
  await page.setViewportSize({ width: 1440, height: 560 });
  await page.mouse.move(4, 4);
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.rows).toHaveCount(24);
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  await watch(page);

  await test.step("at the top they come in by themselves, and nothing jumps", async () => {
    for (const count of [25, 26, 27]) {
      await issue();
      await expect(tokens.rows).toHaveCount(count);
    }
    expect((await watched(page)).shift).toBeLessThan(0.001);
  });

  /** Until the browser has heard of so many tokens one after the other: the first would have been drawn long before the last. */
  async function hearOf(count: number) {
    for (let at = 0; at < count; at += 1) {
      const id = await issue();
      await expect.poll(async () => (await watched(page)).pulses, { intervals: [20] }).toContain(id);
    }
  }

  await test.step("the row under the pointer stays there until the pointer leaves", async () => {
    const third = tokens.rows.nth(2);
    const id = await third.getAttribute("id");
    await third.hover();
    await expect(page.getByRole("button", { name: /^holding\./ }).first()).toBeVisible();
    const { drawn } = await watched(page);
    await hearOf(4);
    expect((await watched(page)).drawn, "drawings of rows").toBe(drawn);
    await expect(third).toHaveId(id ?? "");
    await page.mouse.move(4, 4);
    await expect(tokens.rows).toHaveCount(31);
    // what glides to its place is there soon
    await page.waitForFunction(
      () => document.querySelector("tbody")?.getAnimations({ subtree: true }).length === 0,
    );
  });

  await test.step("below the top what is read stays where it is", async () => {
    await tokens.list.evaluate((frame) => frame.scrollTo({ top: 200 }));
    const read = tokens.row((await tokens.ids())[9] ?? "");
    const before = await read.boundingBox();
    await issue();
    await expect(page.getByRole("button", { name: "1 new token", exact: true })).toBeVisible();
    await issue();
    const two = page.getByRole("button", { name: "2 new tokens", exact: true });
    await expect(two).toBeVisible();
    await expect(page.getByText("New tokens wait above.")).toBeAttached();
    expect(await read.boundingBox()).toEqual(before);
    await expect(tokens.rows).toHaveCount(31);
    expect((await watched(page)).shift).toBeLessThan(0.001);
    await two.click();
    await expect(tokens.rows).toHaveCount(33);
    await expect(two).toBeHidden();
    await expect(tokens.list).toBeFocused();
    expect(await tokens.list.evaluate((frame) => frame.scrollTop)).toBe(0);
  });
});
