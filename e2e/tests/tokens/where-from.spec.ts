import { decodeJwt } from "jose";
import { expectAccessible, overflowOf } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";

const GOOGLE = "8.8.8.8";
const RIPE = "193.0.6.139";

test("a token's map, table and lifeline tell where from and by which network it was used, split by a window that a case keeps", async ({
  page,
  ownerApi,
  authority,
  registry,
}) => {
  const client = await registry.addService({ accessTokenTtlSeconds: 3_600 });
  const token = await authority.issue(client);
  const id = String(decodeJwt(token).jti);
  await authority.reportUses(token, registry.verifier, [{ ip: GOOGLE }, { ip: GOOGLE }, { ip: RIPE }]);
  await ownerApi.make(`/api/v1/tokens/${id}/revoke`, { reason: "token_leaked", note: "" });
  await authority.reportUses(token, registry.verifier, [{ ip: RIPE, refusal: "revoked" }]);

  await page.goto(`/tokens/${id}`);
  const map = page.getByRole("img", { name: /^A map of the world with the 2 countries that uses came from/ });
  await expect(map).toHaveAttribute("data-drawn", "true");
  const countries = page.getByRole("region", { name: "By country" });
  await expect(countries.getByRole("row", { name: /^United States/ })).toContainText("2");
  await expect(countries.getByRole("row", { name: /^Netherlands/ })).toBeVisible();
  const networks = page.getByRole("region", { name: "By network" });
  await expect(networks.getByRole("row", { name: /RIPE.* AS3333/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "IP geolocation by DB-IP" })).toHaveAttribute(
    "href",
    "https://db-ip.com",
  );
  await expectAccessible(page, "a token's map");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await overflowOf(page)).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });

  await networks.getByRole("link", { name: /AS15169/ }).click();
  await expect(page).toHaveURL(/network=AS15169/);
  await expect(page.getByText("Network is AS15169")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: GOOGLE })).toHaveCount(2);
  await page.goBack();

  await page.getByRole("button", { name: "Suggest from the log" }).click();
  await expect(page).toHaveURL(/window=suggested/);
  await expect(page.getByText("Suggested", { exact: true })).toBeVisible();
  const phase = (name: string) => page.locator("li[data-phase]").filter({ hasText: name });
  await expect(phase("Refused after")).toContainText("1");
  await expect(phase("During")).toContainText("3");
  await expect(page.getByText("compromised from").locator("visible=true")).toBeVisible();
  await page.reload();
  await expect(phase("During")).toContainText("3");
  await expectAccessible(page, "a token's window");

  await page.getByRole("button", { name: "Open a case with it" }).click();
  await expect(page).toHaveURL(/\/incidents\/\d+$/);
  await expect(page.getByText("Set by hand", { exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: /^A map of the world/ })).toHaveAttribute("data-drawn", "true");
  await expect(
    page.getByRole("region", { name: "By country" }).getByRole("columnheader", { name: "Refused after" }),
  ).toBeVisible();
  await expectAccessible(page, "a case's map");

  await page.goto(`/tokens/${id}`);
  await expect(page.getByRole("link", { name: /^Change it in case \d+$/ })).toBeVisible();
  await expect(phase("During")).toContainText("3");

  await page.getByRole("link", { name: RIPE }).first().click();
  await expect(page).toHaveURL(`/audit/addresses/${RIPE}`);
  const listed = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(listed("Tokens").getByRole("link", { name: id })).toBeVisible();
  await expect(listed("Clients").getByRole("row", { name: new RegExp(client.clientId) })).toContainText(
    "1 refused",
  );
  await page.goto(`/clients/${client.id}`);
  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page).toHaveURL(`/clients/${client.id}/activity`);
  await expect(listed("Addresses").getByRole("link", { name: GOOGLE })).toBeVisible();
  await page.getByRole("link", { name: "24 hours" }).click();
  await expect(page).toHaveURL(/at=within(?::|%3A)24h/);
  await expect(listed("Addresses").getByRole("link", { name: GOOGLE })).toBeVisible();
  expect((await page.goto("/audit/addresses/10.0.0.0%2F8"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "That is no IP address" })).toBeVisible();
});

test("a window is set by hand, never in the future, and taken away again", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await authority.verify(token, registry.verifier);
  await page.goto(`/tokens/${String(decodeJwt(token).jti)}`);
  await page.getByRole("button", { name: "Set by hand…" }).click();
  const dialog = page.getByRole("dialog", { name: "Compromise window" });
  const show = dialog.getByRole("button", { name: "Show" });
  await dialog.getByLabel("From (your time)").fill("2099-01-01T00:00");
  await expect(dialog.getByText("That is in the future.")).toBeVisible();
  await expect(show).toBeDisabled();
  await dialog.getByLabel("From (your time)").fill("2020-01-01T00:00");
  await show.click();
  await expect(page).toHaveURL(/window=2020-01-01T|window=2019-12-31T/);
  await expect(page.getByText("Set by hand", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Show no window" }).click();
  await expect(page).not.toHaveURL(/window=/);
  await expect(page.getByRole("button", { name: "Set by hand…" })).toBeVisible();
});
