import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";

test("a revoked token that goes on being used shows up by itself, with what says so, and is turned into a case", async ({
  page,
  authority,
  registry,
  ownerApi,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const id = String(decodeJwt(token).jti);
  expect((await authority.verify(token, registry.verifier)).status).toBe(200);
  await page.goto(`/detections?client=${client.clientId}`);
  await expect(page.getByText("No detections match")).toBeVisible();

  await ownerApi.make(`/api/v1/tokens/${id}/revoke`, { reason: "token_leaked", note: "" });
  for (let call = 0; call < 4; call += 1)
    expect((await authority.verify(token, registry.verifier, `/stolen/${registry.mark}`)).status).toBe(401);
  const row = page.getByRole("row").filter({ hasText: "Used after revocation" });
  await expect(row).toContainText("High");
  await expect(row).toContainText("Presented 4 times within 10 minutes after it was revoked");
  await row.click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    `Used after revocation: ${client.clientId}`,
  );
  const card = (title: string) =>
    page.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });
  await expect(card("Evidence")).toContainText(`GET /stolen/${registry.mark}`);
  const counted = card("Uses it counted");
  await expect(counted).toContainText("4 uses, all there are");
  await expect(counted).toContainText("The token is revoked");
  // the use that was let through before is none of them, here and in the log
  await expect(counted.getByText(`GET /stolen/${registry.mark}`)).toHaveCount(4);
  await counted.getByRole("link", { name: "In the log" }).click();
  await expect(page).toHaveURL(/\/audit\?detection=/);
  await expect(page.getByRole("row").filter({ hasText: `/stolen/${registry.mark}` })).toHaveCount(4);
  await expect(page.getByRole("row").filter({ hasText: client.clientId })).toHaveCount(4);
  await page.goBack();
  await page.getByRole("button", { name: "Open a case…" }).click();
  const dialog = page.getByRole("dialog", { name: "Open a case" });
  await dialog.getByRole("textbox", { name: "Note" }).fill("Told the team");
  await dialog.getByRole("button", { name: "Open the case" }).click();

  await expect(page).toHaveURL(/\/incidents\/\d+$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Used after revocation");
  await expect(page.getByText(/Presented \d times .* Told the team/)).toBeVisible();
  await page.goBack();
  await expect(page.getByText("In a case").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Open a case…" })).toHaveCount(0);
});
