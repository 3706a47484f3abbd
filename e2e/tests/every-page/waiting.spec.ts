import { goAndHold } from "../../fixtures/hold-answer.ts";
import { test } from "../../fixtures/one-browser.ts";
import { listLoadingRoutes } from "../../fixtures/page-routes.ts";
import { expectSound } from "../../fixtures/sound-page.ts";
import { expect } from "../../fixtures/test.ts";

test.use({ contextOptions: { reducedMotion: "reduce" }, trace: "off" });
test.describe.configure({ mode: "parallel" });

/** For each list that can be filtered, a filter that nothing matches. */
const NOTHING: Record<string, string> = {
  "/api-tokens": "q=no-such-name",
  "/approvals": "by=nobody%40example.com",
  "/audiences": "q=no-such-name",
  "/audit": "client=nobody",
  "/audit/acts": "q=no-such-name",
  "/audit/refused": "ip=192.0.2.250",
  "/clients": "q=no-such-name",
  "/detections": "client=nobody",
  "/groups": "q=no-such-name",
  "/incidents": "q=no-such-name",
  "/orders": "q=no-such-name",
  "/tokens": "user=nobody%40example.com",
  "/users": "q=no-such-name",
  "/verifiers": "q=no-such-name",
};

const routes = listLoadingRoutes();
for (const [part, some] of [
  routes.filter((_, at) => at % 2 === 0),
  routes.filter((_, at) => at % 2 === 1),
].entries())
  test(`while a page is on its way its title and shape stand there at once, accessible in each face (${part + 1} of 2)`, async ({
    page,
  }) => {
    test.setTimeout(180_000);
    await page.goto("/leak-desk");
    for (const route of some) {
      const release = await goAndHold(page, route);
      await expect(page.getByText(/^Loading/), route).toBeAttached();
      const title = await page.getByRole("heading", { level: 1 }).textContent();
      await expectSound(page, `${route}, on its way`);
      await release();
      await expect(page.getByText(/^Loading/), `${route} comes`).toHaveCount(0);
      await expect(page.getByRole("heading", { level: 1 }), "nothing jumps").toHaveText(title ?? "");
      const filters = page.getByRole("combobox", { name: "Filters as text" });
      expect(await filters.count(), `${route} is filtered to nothing below`).toBe(route in NOTHING ? 1 : 0);
    }
  });

test("a list that nothing matches says so, leaves its filters to be loosened, and is accessible in each face", async ({
  page,
}) => {
  test.setTimeout(180_000);
  for (const [route, query] of Object.entries(NOTHING)) {
    await page.goto(`${route}?${query}`);
    const main = page.getByRole("main");
    await expect(main.getByText(/^No .+ match$/), route).toBeVisible();
    await expect(
      main.getByRole("list", { name: "Filters" }).getByRole("listitem").first(),
      route,
    ).toBeVisible();
    await expect(main.getByRole("button", { name: "Clear all filters" }), route).toBeVisible();
    await expectSound(page, `${route}, nothing matches`);
  }
});
