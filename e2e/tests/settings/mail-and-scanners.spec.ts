import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";

test("a scanner is let in, its report takes the token back, and its owner is told from the case", async ({
  page,
  registry,
  ownerApi,
  authority,
}) => {
  await page.goto("/settings/scanners/new");
  await page.getByRole("textbox", { name: "Name" }).fill(`Scanner ${registry.mark}`);
  await page.getByRole("radio", { name: "Revoke at once" }).check();
  await page.getByRole("button", { name: "Let it in" }).click();
  const shown = page.getByText(/^twl_[0-9A-Za-z]{43}$/);
  await expect(shown).toBeVisible();
  const secret = (await shown.textContent()) ?? "";
  const client = await registry.addService({ contactEmail: `team-${registry.mark}@example.com` });
  const token = await authority.issue(client);
  expect((await authority.reportLeaks(secret, [token])).status).toBe(202);

  await page.getByRole("link", { name: "Open the scanner" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Scanner ${registry.mark}`);
  await expect(page.getByText(/twl_[0-9A-Za-z]{43}/)).toHaveCount(0);
  const report = page.getByRole("region", { name: "What it reported" });
  await expect(report).toContainText("Revoked");
  await expect
    .poll(async () => {
      await page.reload();
      return report.textContent();
    })
    .toMatch(/#\d+/);
  await expectAccessible(page, "a scanner");

  const settings = await ownerApi.read<{ version: number }>("/api/v1/mail-settings");
  await page.goto("/settings/mail");
  await page.getByRole("textbox", { name: "Host" }).fill("127.0.0.1");
  await page.getByRole("textbox", { name: "Address" }).fill("security@acme.example");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("textbox", { name: "Host" })).toHaveAccessibleDescription(
    /address that is not public/,
  );
  await page.getByRole("textbox", { name: "Host" }).fill("1.1.1.1");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Send a test" })).toBeVisible();
  expect((await ownerApi.read<{ version: number }>("/api/v1/mail-settings")).version).toBe(
    settings.version + 1,
  );

  await page.goto(`/settings/scanners`);
  await page.getByRole("link", { name: `Scanner ${registry.mark}` }).click();
  await report.getByRole("link", { name: /^#\d+$/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Scanner ${registry.mark} found`);
  await page.getByRole("button", { name: "Tell the owners…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/does not work any more/)).toBeVisible();
  await dialog.getByRole("textbox", { name: "What you add" }).fill("Call extension 12.");
  await expect(dialog.getByText(/Call extension 12\./).last()).toBeVisible();
  await expectAccessible(page, "the dialog that tells the owners");
  await dialog.getByRole("button", { name: "Tell 1 person" }).click();
  await expect(page.getByText(`team-${registry.mark}@example.com`)).toBeVisible();
  await expect(page.getByText("Waiting").first()).toBeVisible();
});
