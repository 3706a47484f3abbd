import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";

test("an API token is bound to its networks, used, moved and revoked, and its page says from where it came", async ({
  page,
  product,
  registry,
}) => {
  const name = `Nightly ${registry.mark}`;
  await page.goto("/api-tokens");
  await page.getByRole("link", { name: "Create an API token" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Networks" }).fill("10.0.0.0/33");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("textbox", { name: "Networks" })).toHaveAccessibleDescription(
    /not an address or a network/,
  );
  await page.getByRole("textbox", { name: "Networks" }).fill("203.0.113.0/24");
  await page.getByRole("button", { name: "Create" }).click();
  const shown = page.getByText(/^twk_[0-9A-Za-z]{43}$/);
  await expect(shown).toBeVisible();
  const headers = { authorization: `Bearer ${await shown.textContent()}` };
  const ask = () => fetch(`${product.consoleUrl}/api/v1/me`, { headers });

  const refused = await ask();
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "API_TOKEN_NETWORK" });

  await page.getByRole("link", { name: "Back to API tokens" }).click();
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText(/tried to use the API token/)).toBeVisible();
  await page.getByRole("button", { name: "Edit…" }).click();
  const dialog = page.getByRole("dialog");
  await expectAccessible(page, "the dialog that changes an API token");
  await dialog.getByRole("textbox", { name: "Networks" }).fill("127.0.0.0/8, ::1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("127.0.0.0/8")).toBeVisible();

  expect((await ask()).status).toBe(200);
  await page.reload();
  await expect(page.getByText(/^(?:127\.0\.0\.1|::1)$/).first()).toBeVisible();

  await page.getByRole("button", { name: "Revoke…" }).click();
  await page.getByRole("button", { name: "Revoke the API token" }).click();
  await expect(page.getByText("Revoked", { exact: true }).first()).toBeVisible();
  const ended = await ask();
  expect(ended.status).toBe(401);
  expect(await ended.json()).toMatchObject({ code: "API_TOKEN_REVOKED" });
});

test("revoking an API token says what was made with it, and ends that too", async ({
  page,
  product,
  ownerApi,
  registry,
}) => {
  const body = { name: `Maker ${registry.mark}`, role: "owner", isUnattended: true };
  const maker = await ownerApi.make<{ id: string; token: string }>("/api/v1/api-tokens", body);
  const asked = (token: string, data?: object) =>
    fetch(`${product.consoleUrl}/api/v1/${data === undefined ? "me" : "api-tokens"}`, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(data === undefined ? {} : { method: "POST", body: JSON.stringify(data) }),
    });
  const made = (await (await asked(maker.token, { name: "Child", role: "auditor" })).json()) as {
    token: string;
  };
  await page.goto(`/api-tokens/${maker.id}`);
  await expect(page.getByRole("link", { name: "Created the API token Child" })).toBeVisible();
  await page.getByRole("button", { name: "Revoke…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("1 API token that was made with it ends too.");
  await expectAccessible(page, "the dialog that revokes an API token");
  await dialog.getByRole("button", { name: "Revoke the API token" }).click();
  await expect(page.getByText("Revoked", { exact: true }).first()).toBeVisible();
  expect((await asked(made.token)).status).toBe(401);
});

test("the API reference finds an operation, shows what it needs, and its address brings back the same view", async ({
  page,
}) => {
  await page.goto("/api-reference");
  await expect(page.getByText(/^\d+ operations$/)).toBeVisible();
  await page.getByRole("searchbox", { name: "Find an operation" }).fill("api-tokens post");
  await page.getByRole("link", { name: /Makes an API token/ }).click();
  await expect(page).toHaveURL(/op=postApiTokens&q=api-tokens\+post/);
  const detail = page.getByRole("heading", { level: 2, name: /\/api\/v1\/api-tokens/ });
  await expect(detail).toBeVisible();
  for (const text of ["api-token:write", "Owner", "networks", "Idempotency-Key", "Location"])
    await expect(page.getByText(text, { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/curl -X POST/)).toBeVisible();
  await page.reload();
  await expect(detail).toBeVisible();
  await expect(page.getByRole("searchbox", { name: "Find an operation" })).toHaveValue("api-tokens post");
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole("searchbox", { name: "Find an operation" })).toBeHidden();
  await page.getByRole("link", { name: "All operations" }).click();
  await expect(page.getByRole("searchbox", { name: "Find an operation" })).toBeVisible();
});
