import { expect, test } from "../../fixtures/test.ts";
import { RevokeDialog } from "../../pages/revoke-dialog.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

const PERIOD_MS = 3_600_000;

test("a client is suspended from its page, refused at the authority, and works again when its order is restored", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await page.goto(`/clients/${client.id}`);
  await page.getByRole("button", { name: "Revoke all tokens…" }).click();
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText("1 token stops working, everywhere and at once.");
  await dialog.choose("What", "Suspend");
  await dialog.choose("Until", "A time");
  await expect(dialog.dialog).toContainText(/1 token stops working, everywhere and at once, until \d{4}-/);
  await dialog.revoke("Policy", `odd traffic ${registry.mark}`);
  const outcome = dialog.dialog
    .getByRole("status")
    .filter({ hasText: "Suspended. 1 live token stopped working." });
  await expect(outcome).toBeVisible();
  expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });

  await dialog.dialog.getByRole("link", { name: "The order on record" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Suspended");
  await page.getByRole("button", { name: "Restore…" }).click();
  const restoring = page.getByRole("dialog", { name: "Restore" });
  await restoring.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Policy" });
  await restoring.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(page.getByText("Was suspended").first()).toBeVisible();
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });
});

test("all that a filter matches is frozen and revoked, by typing how many, and what is issued after works", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const tokens = await Promise.all(Array.from({ length: 25 }, () => authority.issue(client)));
  const list = new TokensPage(page);
  await list.open({ client: client.clientId, size: "10" });
  await expect(list.total).toHaveText("25 tokens");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByRole("button", { name: "All 25 that match…" }).click();
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText(`25 tokens with client:${client.clientId}`);
  await dialog.dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Token leaked" });
  await expect(dialog.confirm).toBeDisabled();
  await dialog.dialog.getByRole("textbox", { name: "Type 25 tokens to confirm" }).fill("25 tokens");
  const after = await authority.issue(client);
  await dialog.confirm.click();
  await expect(dialog.outcome).toContainText("25 live tokens stopped working");
  for (const token of [tokens[0], tokens[24]])
    expect(await authority.introspect(token as string, registry.verifier)).toEqual({ active: false });
  expect(await authority.introspect(after, registry.verifier)).toMatchObject({ active: true });
});

test("a plan that somebody new falls under is not carried out: it says who, and the new plan is", async ({
  page,
  authority,
  registry,
}) => {
  const [first, second] = [await registry.addService(), await registry.addService()];
  const token = await authority.issue(first);
  await page.goto(`/audiences/${registry.audience.id}`);
  await page.getByRole("button", { name: "Revoke tokens…" }).click();
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText("1 token stops working");
  const late = await authority.issue(second);
  await dialog.revoke("Key compromised", "");
  const alert = dialog.dialog.getByRole("alert");
  await expect(alert).toContainText("The plan no longer holds: nothing was changed");
  await expect(alert).toContainText(second.clientId);
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });
  await alert.getByRole("button", { name: "Show the new plan" }).click();
  await expect(dialog.dialog).toContainText("2 tokens through 2 clients stop working");
  await dialog.confirm.click();
  await expect(dialog.outcome).toContainText("2 live tokens stopped working");
  for (const gone of [token, late])
    expect(await authority.introspect(gone, registry.verifier)).toEqual({ active: false });
});

test("an order is set for later, stands so in the list, and is called off from its page", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await page.goto(`/groups/${registry.group.id}`);
  await page.getByRole("button", { name: "Revoke tokens…" }).click();
  const dialog = new RevokeDialog(page);
  await dialog.choose("When", "Later");
  const begins = dialog.dialog.getByLabel("Begins (your time)");
  await begins.fill("2020-01-01T00:00");
  await expect(dialog.dialog).toContainText("This is past.");
  await expect(dialog.dialog.getByRole("alert")).toContainText("begin in the past");
  const local = new Date(Date.now() + 2 * PERIOD_MS - new Date().getTimezoneOffset() * 60_000);
  await begins.fill(local.toISOString().slice(0, 16));
  await expect(dialog.confirm).toHaveText("Schedule: revoke 1 token");
  await dialog.revoke("Left or moved", registry.mark);
  await expect(dialog.dialog.getByRole("status").filter({ hasText: "Scheduled:" })).toBeVisible();
  await dialog.close();
  await page.goto(`/orders?q=${encodeURIComponent(registry.mark)}&scheduled=true`);
  await expect(page.getByRole("row").filter({ hasText: "To revoke" })).toHaveCount(1);
  await page.getByRole("row").filter({ hasText: "To revoke" }).getByText("To revoke").click();
  await page.getByRole("button", { name: "Call off…" }).click();
  const calling = page.getByRole("dialog", { name: "Call the order off" });
  await calling.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Superseded" });
  await calling.getByRole("button", { name: "Call it off" }).click();
  await expect(page.getByText("it will not begin").first()).toBeVisible();
  await page.goto(`/orders?q=${encodeURIComponent(registry.mark)}`);
  await expect(page.getByText("Was called off").first()).toBeVisible();
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });
});
