import { holdSettling, issueMany } from "../../fixtures/hold-settling.ts";
import { expect, test } from "../../fixtures/test.ts";
import { RevokeDialog } from "../../pages/revoke-dialog.ts";
import { TokensPage } from "../../pages/tokens-page.ts";
import { WorkTray } from "../../pages/work-tray.ts";

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
  await expect(page.getByText("Had suspended").first()).toBeVisible();
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

test("everything is taken back only by who types it, and nothing is where they think better of it", async ({
  page,
  authority,
  registry,
}) => {
  const token = await authority.issue(await registry.addService());
  await page.goto("/orders");
  await page.getByRole("button", { name: "Revoke everything…" }).click();
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText("Only an owner may do this.");
  await dialog.dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Token leaked" });
  const typed = dialog.dialog.getByRole("textbox", { name: "Type everything to confirm" });
  await expect(dialog.confirm).toBeDisabled();
  await typed.fill("Everything!");
  await expect(dialog.confirm).toBeDisabled();
  await typed.fill("everything");
  await expect(dialog.confirm).toBeEnabled();
  await dialog.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.dialog).toBeHidden();
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });
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
  // the browser is in another zone than the tests: ahead of UTC by one hour or two, as the date has it
  const local = await page.evaluate(
    (at) => {
      const date = new Date(at);
      return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    },
    Date.now() + 2 * PERIOD_MS,
  );
  await begins.fill(local);
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
  await expect(page.getByText("Was to revoke").first()).toBeVisible();
  expect(await authority.introspect(token, registry.verifier)).toMatchObject({ active: true });
});

test("rows that are ticked are suspended, and the same selection is revoked from its order's page", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const tokens = await Promise.all([authority.issue(client), authority.issue(client)]);
  const list = new TokensPage(page);
  await list.open({ client: client.clientId });
  await expect(list.total).toHaveText("2 tokens");
  for (const key of ["j", "x", "j", "x", "r"]) await page.keyboard.press(key);
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText("2 tokens picked by hand");
  await dialog.choose("What", "Suspend");
  await expect(dialog.confirm).toHaveText("Suspend 2 tokens");
  await dialog.revoke("Policy", registry.mark);
  await dialog.dialog.getByRole("link", { name: "The order on record" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "Suspended selection of 2 tokens picked by hand",
  );

  await page.getByRole("button", { name: "Revoke…" }).click();
  await expect(dialog.dialog).toContainText("2 tokens stop working, everywhere and at once.");
  await dialog.revoke("Token leaked", registry.mark);
  await expect(dialog.outcome).toContainText("2 live tokens stopped working");
  await dialog.close();
  await expect(page.getByRole("button", { name: "Revoke…" }), "the focus comes back").toBeFocused();
  for (const token of tokens)
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
});

test("an order upon a group's members stands among the acts of the group and of each member", async ({
  page,
  ownerApi,
  registry,
}) => {
  const { id: userId } = await ownerApi.make<{ id: string }>("/api/v1/users", {
    name: "Ana Lima",
    email: `ana-${registry.mark}@example.com`,
    groupIds: [registry.group.id],
  });
  await page.goto(`/groups/${registry.group.id}`);
  await page.getByRole("button", { name: "Revoke tokens…" }).click();
  const dialog = new RevokeDialog(page);
  await dialog.choose("What", "Suspend");
  await dialog.choose("Whose tokens", "Of its members today");
  await expect(dialog.dialog).toContainText("1 user is a member of the group today");
  await dialog.dialog
    .getByRole("combobox", { name: "Reason" })
    .selectOption({ label: "Account compromised" });
  await dialog.dialog.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(dialog.dialog.getByRole("status").filter({ hasText: "Suspended." })).toBeVisible();
  await dialog.close();
  await expect(page.getByRole("link", { name: /suspended all tokens of the group/ })).toBeVisible();

  await page.goto(`/users/${userId}`);
  await page.getByRole("link", { name: /suspended all tokens of the user/ }).click();
  await expect(page.getByRole("main")).toContainText("As a member of");
  await expect(page.getByRole("main").getByRole("link", { name: registry.group.name })).toBeVisible();
});

test("in a narrow window what may be done with chosen rows stays in sight", async ({
  page,
  authority,
  registry,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const client = await registry.addService();
  await Promise.all(Array.from({ length: 8 }, () => authority.issue(client)));
  const list = new TokensPage(page);
  await list.open({ client: client.clientId });
  await expect(list.total).toHaveText("8 tokens");
  await list.rows.first().getByRole("checkbox").check();
  await expect(page.getByText("1 selected")).toBeInViewport();
  await page.getByRole("button", { name: "Revoke…" }).click();
  const dialog = new RevokeDialog(page);
  await expect(dialog.confirm, "under a long plan too").toBeInViewport();
});

test("what a plan has set for a group's members is called off as a whole, by one confirmation", async ({
  page,
  ownerApi,
  registry,
}) => {
  for (const name of ["Ana", "Rui"])
    await ownerApi.make("/api/v1/users", {
      name: `${name} Lima`,
      email: `${name.toLowerCase()}-${registry.mark}@example.com`,
      groupIds: [registry.group.id],
    });
  const plan = await ownerApi.make<{ id: string }>("/api/v1/plans", {
    verb: "suspend",
    target: { kind: "group", id: registry.group.name, by: "members" },
    effectiveFrom: new Date(Date.now() + PERIOD_MS).toISOString(),
  });
  const { order } = await ownerApi.make<{ order: { id: string } }>("/api/v1/orders", {
    planId: plan.id,
    reason: "policy",
    note: registry.mark,
  });
  await page.goto(`/orders/${order.id}`);
  await page.getByRole("button", { name: "Call off all of its plan…" }).click();
  const dialog = page.getByRole("dialog", { name: "Call off all orders of the plan" });
  await expect(dialog).toContainText("2 orders will not begin");
  await dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Superseded" });
  await dialog.getByRole("button", { name: "Call 2 orders off" }).click();
  await expect(page.getByText("2 orders were called off: none of them will begin").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Call off all of its plan…" })).toHaveCount(0);
  await page.goto(`/orders?q=${encodeURIComponent(registry.mark)}`);
  await expect(page.getByText("Was to suspend")).toHaveCount(2);
  const { rows } = await ownerApi.read<{ rows: { act: string; target: { kind: string } }[] }>(
    "/api/v1/audit-entries?act=order.cancelled&size=3",
  );
  // of one moment: which of them comes first, nobody says
  expect(rows.map(({ act, target }) => `${act} ${target.kind}`).sort()).toEqual([
    "order.cancelled order",
    "order.cancelled user",
    "order.cancelled user",
  ]);
});

test("an order over many tokens is followed in the top bar while it is written down, on any page and after a reload, and is in force meanwhile", async ({
  page,
  authority,
  registry,
  product,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await issueMany(product, client.id, 44_999);
  const release = await holdSettling(product);
  const work = new WorkTray(page);
  const item = work.item(`Revocation: client ${client.clientId}`);
  const progress = item.getByText(/^20,000 of 45,000 tokens written down, about .+ left$/);
  try {
    await page.goto(`/clients/${client.id}`);
    await page.getByRole("button", { name: "Revoke all tokens…" }).click();
    const dialog = new RevokeDialog(page);
    await expect(dialog.dialog).toContainText("45,000 tokens");
    await dialog.dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Token leaked" });
    const asked = await dialog.dialog.getByText(/^Type .+ to confirm$/).allTextContents();
    for (const label of asked)
      await dialog.dialog.getByLabel(label).fill(label.replace(/^Type (.+) to confirm$/, "$1"));
    await dialog.confirm.click();
    await expect(dialog.outcome).toContainText("45,000 live tokens stopped working");
    // what nobody has written down yet holds all the same
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
    await page.goto("/users");
    await work.button.click();
    await expect(progress).toBeVisible({ timeout: 30_000 });
    await expect(item.getByText("In force since it was placed")).toBeVisible();
    await page.reload();
    await work.button.click();
    await expect(progress).toBeVisible();
    await expect(item.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "44");
  } finally {
    await release();
  }
  await expect(item).toContainText("Done: 45,000 tokens written down", { timeout: 60_000 });
  await expect(page.getByRole("alert").filter({ hasText: "Done: 45,000 tokens written down" })).toBeVisible();
  await item.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Revoked");
});
