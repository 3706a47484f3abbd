import { loseNewestCheckpoint } from "../../fixtures/lose-checkpoint.ts";
import { expectSound } from "../../fixtures/sound-page.ts";
import { EVERYBODY, expect, test } from "../../fixtures/test.ts";

test("a database that is older than its checkpoints is not served until an owner has said so on the one page that is left", {
  lock: EVERYBODY,
}, async ({ page, product, authority, registry }) => {
  const token = await authority.issue(await registry.addService({}));
  const readiness = () =>
    fetch(`${product.authorityUrl}/readyz`).then(
      ({ status }) => status,
      () => 0,
    );
  await loseNewestCheckpoint(product);
  await expect.poll(readiness, { timeout: 30_000 }).toBe(503);
  const api = await page.request.get("/api/v1/me");
  expect([api.status(), (await api.json()).code]).toEqual([503, "SEALED"]);

  await page.goto("/tokens");
  await expect(page).toHaveURL("/restored");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The database is older than it was");
  await expect(page.getByText("1 minute of evidence, at least 0 acts")).toBeVisible();
  await expectSound(page, "/restored");

  const confirm = page.getByRole("button", { name: "Confirm, and serve again" });
  await expect(confirm).toBeDisabled();
  await page.getByRole("radio", { name: "Let them go on" }).check();
  await page.getByRole("textbox", { name: /^Type/ }).fill("restored");
  await confirm.click();
  await expect(page.getByRole("status")).toContainText("Confirmed");
  await expectSound(page, "/restored, confirmed");
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect.poll(readiness, { timeout: 30_000 }).toBe(200);
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });

  await page.goto("/audit/acts");
  await expect(
    page
      .getByRole("main")
      .getByText(/restore/i)
      .first(),
  ).toBeVisible();
});
