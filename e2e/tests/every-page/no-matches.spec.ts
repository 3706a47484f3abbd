import { test } from "../../fixtures/one-browser.ts";
import { expectSound } from "../../fixtures/sound-page.ts";
import { expect } from "../../fixtures/test.ts";

test.use({ contextOptions: { reducedMotion: "reduce" }, trace: "off" });

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
