import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

const idOf = (token: string) => String(decodeJwt(token).jti);

test("filters by chips and by a typed query are one thing, and stay with the address", async ({
  page,
  context,
  ownerApi,
  authority,
  registry,
}) => {
  const [client, opaque] = [
    await registry.addService(),
    await registry.addService({ tokenFormat: "opaque" }),
  ];
  const [live, ended] = [await authority.issue(client), await authority.issue(client)];
  await authority.issue(opaque);
  await ownerApi.make(`/api/v1/tokens/${idOf(ended)}/revoke`, { reason: "test", note: "" });

  const tokens = new TokensPage(page);
  await tokens.open();
  await tokens.type(`client:${client.clientId}`);
  await expect(tokens.chips).toHaveText([`Client is ${client.clientId}`]);
  await expect(tokens.rows).toHaveCount(2);
  await expect(tokens.total).toHaveText("2 tokens");

  await tokens.addChoice("State", "Revoked");
  await expect(tokens.chips).toHaveCount(2);
  await expect(tokens.query).toHaveValue(`state:revoked client:${client.clientId}`);
  await expect(tokens.row(idOf(ended))).toBeVisible();
  await expect(tokens.rows).toHaveCount(1);
  await expect(page).toHaveURL(/[?&]state=revoked/);

  await tokens.reload();
  await expect(tokens.chips).toHaveCount(2);
  await expect(tokens.rows).toHaveCount(1);
  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await expect(new TokensPage(colleague).row(idOf(ended))).toBeVisible();
  await colleague.close();

  await tokens.removeChip("State");
  await expect(tokens.rows).toHaveCount(2);
  await expect(tokens.query).toHaveValue(`client:${client.clientId}`);
  await tokens.type(
    `status:active scope:${registry.permissions[0]} aud:${registry.audience.name} format:jwt`,
  );
  await expect(tokens.row(idOf(live))).toBeVisible();
  await expect(tokens.rows).toHaveCount(1);
  await tokens.type("state:sleeping");
  await expect(page.getByRole("alert").filter({ hasText: "state:sleeping" })).toBeVisible();
  await tokens.type(`client:nobody-${registry.mark}`);
  await expect(tokens.nothing).toBeVisible();
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await expect(page).toHaveURL("/tokens");
  await expect(tokens.rows.first()).toBeVisible();
});

test("orders by issue and expiry, and goes through pages forth and back without losing or repeating a row (mistake 8)", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const issued: string[] = [];
  for (let count = 0; count < 7; count += 1) issued.push(idOf(await authority.issue(client)));
  const newestFirst = issued.toReversed();

  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId, size: "3" });
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(0, 3));
  await expect(tokens.total).toHaveText("7 tokens");
  await expect(tokens.newer).toBeDisabled();
  await tokens.older.click();
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(3, 6));
  await tokens.older.click();
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(6));
  await expect(tokens.older).toBeDisabled();
  await tokens.reload();
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(6));
  await tokens.newer.click();
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(3, 6));
  await page.goBack();
  await expect.poll(() => tokens.ids()).toEqual(newestFirst.slice(6));

  await tokens.open({ client: client.clientId });
  expect(await tokens.sortOf("Issued")).toBe("descending");
  await tokens.sortBy("Issued");
  await expect.poll(() => tokens.ids()).toEqual(issued);
  expect(await tokens.sortOf("Issued")).toBe("ascending");
  await tokens.sortBy("Expires");
  await expect.poll(() => tokens.ids()).toEqual(newestFirst);
  await tokens.reload();
  expect(await tokens.sortOf("Expires")).toBe("descending");

  // what is below the window is drawn behind the first frame, and is there all the same
  await tokens.open({ client: "nobody" });
  await page.setViewportSize({ width: 1280, height: 150 });
  await tokens.type(`client:${client.clientId}`);
  await expect.poll(() => tokens.ids()).toEqual(newestFirst);
});

test("finds by address and lifetime, and orders by last use beside a client, saying elsewhere why not", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = idOf(await authority.issue(client));
  const tokens = new TokensPage(page);
  await tokens.open();
  await tokens.type(`client:${client.clientId} ip:127.0.0.0/8 longLived>1m`);
  await expect(tokens.chips).toHaveText([
    `Client is ${client.clientId}`,
    "Long-lived over 1 min",
    "Issued to address in 127.0.0.0/8",
  ]);
  await expect.poll(() => tokens.ids()).toEqual([token]);
  await tokens.type(`client:${client.clientId} longLived>24h`);
  await expect(tokens.nothing).toBeVisible();
  await tokens.type(`client:${client.clientId}`);
  await tokens.sortBy("Last used");
  await expect(page).toHaveURL(/sort=-lastUsed/);
  // it was never used: the order holds what was
  await expect(tokens.nothing).toBeVisible();

  await tokens.open();
  await tokens.list.getByRole("button", { name: "Last used" }).hover();
  await expect(page.getByRole("tooltip")).toContainText("Only beside a filter by user, client");
  await expect(tokens.list.getByRole("button", { name: "Last used" })).toBeDisabled();
});

test("finds by the country issued to, typed by code or name and chosen from real ones with counts", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = idOf(await authority.issue(client));
  const tokens = new TokensPage(page);
  await tokens.open();
  // this machine is in no country
  await tokens.type(`client:${client.clientId} place:Unknown`);
  await expect(tokens.chips).toHaveText([
    `Client is ${client.clientId}`,
    "Issued to country is Unknown place",
  ]);
  await expect(tokens.query).toHaveValue(`client:${client.clientId} country:unknown`);
  await expect.poll(() => tokens.ids()).toEqual([token]);
  await tokens.type(`client:${client.clientId} country:germany country:fr`);
  await expect(tokens.chips.last()).toHaveText("Issued to country is Germany, France");
  await expect(page).toHaveURL(/country=DE&country=FR/);
  await expect(tokens.nothing).toBeVisible();
  await tokens.type(`client:${client.clientId} country:Atlantis`);
  await expect(page.getByRole("main").getByRole("alert")).toContainText("Is no country");

  const editor = page.getByRole("dialog");
  const offered = editor.getByRole("option", { name: /^unknown Unknown place [\d,]+$/ });
  // what could not be counted in 300 ms is offered without a count
  await expect(async () => {
    await tokens.open({ client: client.clientId });
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("menuitem", { name: "Issued to country" }).click();
    await editor.getByRole("combobox", { name: "Issued to country" }).click();
    await expect(offered).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await offered.click();
  await editor.getByRole("button", { name: "Apply" }).click();
  await expect(tokens.chips.last()).toHaveText("Issued to country is Unknown place");
  await expect.poll(() => tokens.ids()).toEqual([token]);
});

test("is worked by keyboard: filter, move, open, select, revoke, help", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const [first, second] = [await authority.issue(client), await authority.issue(client)];
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.rows).toHaveCount(2);

  await page.keyboard.press("j");
  await expect(tokens.cursor()).toHaveId(`row-${idOf(second)}`);
  await page.keyboard.press("j");
  await expect(tokens.cursor()).toHaveId(`row-${idOf(first)}`);
  await page.keyboard.press("k");
  await expect(tokens.cursor()).toHaveId(`row-${idOf(second)}`);

  await page.keyboard.press("Enter");
  await expect(tokens.drawer).toBeVisible();
  await expect(tokens.drawer).toContainText(client.clientId);
  await expect(page).toHaveURL(new RegExp(`open=${idOf(second)}`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`open=${idOf(first)}`));
  await tokens.reload();
  await expect(tokens.drawer).toContainText(client.clientId);
  await page.keyboard.press("Escape");
  await expect(tokens.drawer).toHaveCount(0);

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys of this list" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("/");
  await expect(tokens.query).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(tokens.query).not.toBeFocused();

  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog", { name: "Revoke or suspend 2 tokens" });
  await dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Test" });
  await dialog.getByRole("button", { name: "Revoke 2 tokens" }).click();
  await expect(dialog.getByRole("status").filter({ hasText: "2 live tokens stopped working" })).toBeVisible();
  for (const token of [first, second])
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
});

test("a row opens beside the table, and from there its token is revoked while the table shows it", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await tokens.row(idOf(token)).getByText(client.clientId).first().click();
  await tokens.drawer.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("menuitem", { name: "This token…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Other (needs a note)" });
  const confirm = dialog.getByRole("button", { name: "Revoke 1 token" });
  await expect(confirm, "that reason alone does not do").toBeDisabled();
  await dialog.getByRole("textbox", { name: "Note" }).fill("seen on a screen");
  await confirm.click();
  await expect(dialog.getByText("1 live token stopped working")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(tokens.row(idOf(token))).toContainText("Revoked");
  await expect(tokens.drawer).toContainText("seen on a screen");
  expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
});

test("a token that is revoked elsewhere changes in the table without a reload", async ({
  page,
  ownerApi,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.row(idOf(token))).toContainText("Active");
  await ownerApi.make(`/api/v1/tokens/${idOf(token)}/revoke`, { reason: "test", note: "" });
  await expect(tokens.row(idOf(token))).toContainText("Revoked");
});
