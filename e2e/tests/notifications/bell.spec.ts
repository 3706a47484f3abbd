import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";

test("the bell counts what happens without a reload, opens the thing, and what was read is read everywhere", async ({
  page,
  ownerApi,
  registry,
  product,
  playwright,
}) => {
  const { token } = await ownerApi.make<{ token: string }>("/api/v1/api-tokens", {
    name: `deploy ${registry.mark}`,
    role: "owner",
    isUnattended: true,
  });
  const automation = await playwright.request.newContext({
    baseURL: product.consoleUrl,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  await page.goto("/groups");
  const bell = page.getByRole("button", { name: /^Notifications, / });
  const panel = page.getByRole("dialog", { name: "Notifications" });
  await expect(bell).toBeVisible();

  const name = `SIEM <b>${registry.mark}</b>`;
  const made = await automation.post("/api/v1/event-streams", {
    data: { name, delivery: "webhook", url: "https://1.1.1.1/ingest" },
  });
  expect(made.status()).toBe(201);
  const { stream } = (await made.json()) as { stream: { id: string } };
  await expect(bell, "without a reload").toHaveAccessibleName(/, \d+\+? unread$/);

  await bell.focus();
  await page.keyboard.press("Enter");
  const item = panel.getByRole("listitem").filter({ hasText: `changed the event stream ${name}` });
  await expect(item, "text stays text").toContainText("not read");
  await expect(panel.locator("b")).toHaveCount(0);
  await expectAccessible(page, "the panel of the bell");
  await item.getByRole("link").click();
  await expect(page).toHaveURL(`/settings/event-streams/${stream.id}`);
  await expect(panel).toBeHidden();
  await bell.click();
  await expect(item, "what was opened is read").not.toContainText("not read");
  await page.keyboard.press("Escape");

  await page.goto("/notifications?kind=settings_changed");
  const row = page.locator("[data-notification]").filter({ hasText: `changed the event stream ${name}` });
  await expect(row).not.toHaveAttribute("data-unread");
  await expect(async () => {
    await page.keyboard.press("j");
    await expect(row.getByRole("link")).toBeFocused({ timeout: 200 });
  }).toPass();
  await page.keyboard.press("e");
  await expect(row).toHaveAttribute("data-unread", "true");
  await page.getByRole("link", { name: /^Not read \(\d+\+?\)$/ }).click();
  await expect(row).toBeVisible();
  await row.getByRole("button", { name: /^Mark as read: / }).click();
  await expect(row, "it is read, and leaves what is not").toHaveCount(0);
  await expectAccessible(page, "a page of notifications");

  const removed = await automation.delete(`/api/v1/event-streams/${stream.id}`);
  expect(removed.ok()).toBe(true);
  await automation.dispose();
});

test("one chooses what one is told of, and what cannot be turned off cannot", async ({ page, ownerApi }) => {
  await page.goto("/account");
  const medium = page.getByRole("checkbox", { name: "Medium detections by E-mail" });
  await expect(medium).not.toBeChecked();
  await medium.check();
  await expect(page.getByText("your choice")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Break-glass by E-mail" })).toBeDisabled();
  await expect(page.getByRole("checkbox", { name: "Break-glass by E-mail" })).toBeChecked();
  await expect
    .poll(async () => {
      const { rows } = await ownerApi.read<{ rows: { kind: string; channels: { mail: object } }[] }>(
        "/api/v1/me/notification-choices",
      );
      return rows.find(({ kind }) => kind === "detection_medium")?.channels.mail;
    }, "what the box shows at once is kept soon after")
    .toEqual({ isOn: true, isOwn: true });
  await page.reload();
  await expect(medium).toBeChecked();
  await page.getByRole("button", { name: "As by default" }).click();
  await expect(medium).not.toBeChecked();
  await expect(page.getByText("your choice")).toHaveCount(0);
});

test("who may do an act, and what one admin may do, is said by the console", async ({ page, ownerApi }) => {
  const { id } = await ownerApi.read<{ id: string }>("/api/v1/me");
  await page.goto(`/admins/${id}`);
  await expect(page.getByText(/^The role Owner gives all \d+ permissions\./)).toBeVisible();
  await expect(page.getByText("Before these they show again who they are", { exact: false })).toBeVisible();
  await page.getByText(/^Each of the \d+ permissions/).click();
  const keys = page.getByRole("region", { name: "Keys", exact: true });
  await expect(keys.getByRole("row", { name: /Rotate signing keys by plan/ })).toContainText("May");
  await expect(keys.getByText("Asked again: Signing keys").filter({ visible: true }).first()).toBeVisible();
  await page.goto("/access?by=act");
  await page.getByRole("combobox", { name: "Which act" }).fill("compromised");
  await page.getByRole("option").first().click();
  await expect(page).toHaveURL(/act=/);
  const who = page.getByRole("region", { name: "Who may do this" });
  await expect(who.getByRole("row").nth(1)).toContainText("May");
  await expectAccessible(page, "who may do one act");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys of the console" })).toBeVisible();
  await page.keyboard.press("Escape");
});
