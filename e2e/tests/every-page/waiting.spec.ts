import type { Page } from "@playwright/test";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { goAndHold } from "../../fixtures/hold-answer.ts";
import { test } from "../../fixtures/one-browser.ts";
import { listLoadingRoutes } from "../../fixtures/page-routes.ts";
import { NARROW, WIDE, wear } from "../../fixtures/sound-page.ts";
import { expect } from "../../fixtures/test.ts";

test.use({ contextOptions: { reducedMotion: "reduce" }, trace: "off" });
test.describe.configure({ mode: "parallel" });

/** Pixels by which what stands under the title may move when the page is there: where it is narrow, a line of its purpose more or less, as a scrollbar makes it. */
const JUMP_MOST = new Map([
  [WIDE.width, 8],
  [NARROW.width, 24],
]);
/** What they offer stands under the title where there is something, and else in the middle or not at all: where it is narrow it takes a line. */
const OFFERS_BY_CONTENT = new Set([
  "/settings/event-streams",
  "/settings/mail",
  "/settings/scanners",
  "/settings/sign-in",
]);

/** Where what a page is for begins, under its title and what it offers beside it. */
function beginningOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    let at = document.querySelector("main h1")?.closest("header")?.nextElementSibling ?? null;
    while (at !== null && at.getBoundingClientRect().height <= 3) at = at.nextElementSibling;
    return at === null ? -1 : Math.round(at.getBoundingClientRect().top + window.scrollY);
  });
}

const routes = listLoadingRoutes();
for (const [part, some] of [
  routes.filter((_, at) => at % 2 === 0),
  routes.filter((_, at) => at % 2 === 1),
].entries())
  test(`while a page is on its way its title and shape stand there at once, accessible in each face, and nothing jumps when it comes (${part + 1} of 2)`, async ({
    page,
  }) => {
    test.setTimeout(180_000);
    await page.goto("/leak-desk");
    for (const route of some) {
      const release = await goAndHold(page, route);
      const waiting: number[] = [];
      const title = await page.getByRole("heading", { level: 1 }).textContent();
      for (const viewport of [NARROW, WIDE]) {
        await page.setViewportSize(viewport);
        waiting.push(await beginningOf(page));
        await wear(page, "dark");
        await expectAccessible(page, `${route}, on its way, ${viewport.width}, dark`, "colours");
        await wear(page, "light");
        await expectAccessible(page, `${route}, on its way, ${viewport.width}, light`);
      }
      await release();
      await expect(page.getByText(/^Loading/), `${route} comes`).toHaveCount(0);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(title ?? "");
      for (const [at, viewport] of [NARROW, WIDE].entries()) {
        if (viewport === NARROW && OFFERS_BY_CONTENT.has(route)) continue;
        await page.setViewportSize(viewport);
        const jumps = async () => Math.abs((await beginningOf(page)) - Number(waiting[at]));
        const most = JUMP_MOST.get(viewport.width) ?? 0;
        await expect.poll(jumps, `${route}, ${viewport.width}: pixels`).toBeLessThanOrEqual(most);
      }
    }
  });
