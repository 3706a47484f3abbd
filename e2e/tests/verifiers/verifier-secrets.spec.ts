import { expect, test } from "../../fixtures/test.ts";

test("a verifier's secret is rotated with an overlap: both work, until the old one is ended alone", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const { verifier } = registry;
  expect(await authority.introspect(token, verifier)).toMatchObject({ active: true });

  await page.goto(`/verifiers/${verifier.id}`);
  await page.getByRole("button", { name: "More about this verifier" }).click();
  await page.getByRole("menuitem", { name: "New secret…" }).click();
  const dialog = page.getByRole("dialog", { name: `New secret for ${verifier.name}` });
  await expect(dialog.getByRole("combobox")).toHaveValue("86400");
  await dialog.getByRole("button", { name: "Make the secret" }).click();
  const secret =
    (await dialog.getByRole("region", { name: "Verifier secret" }).locator("code").textContent()) ?? "";
  expect(secret).toMatch(/^twv_/);
  await dialog.getByRole("button", { name: "I have kept it" }).click();

  const renewed = { ...verifier, secret };
  await expect(async () => {
    expect(await authority.introspect(token, renewed)).toMatchObject({ active: true });
  }, "the new secret works").toPass({ intervals: [50, 100, 200], timeout: 5_000 });
  expect(await authority.introspect(token, verifier)).toMatchObject({ active: true });

  const secrets = page.getByRole("region", { name: "Secrets" });
  const old = secrets.getByRole("row", { name: new RegExp(`…${verifier.secret.slice(-4)}`) });
  await expect(secrets.getByRole("row")).toHaveCount(3);
  await old.getByRole("button", { name: `End the secret …${verifier.secret.slice(-4)}` }).click();
  const confirm = page.getByRole("dialog", { name: /^End the secret/ });
  await expect(confirm).toContainText("The others go on working.");
  await confirm.getByRole("button", { name: "End it now" }).click();
  await expect(old).toHaveCount(0);
  await expect(async () => {
    await expect(authority.introspect(token, verifier)).rejects.toThrow("401");
  }, "the old secret is refused").toPass({ intervals: [50, 100, 200], timeout: 5_000 });
  expect(await authority.introspect(token, renewed)).toMatchObject({ active: true });

  await page.goto(`/audit/acts?target=verifier&targetId=${verifier.id}`);
  await expect(page.getByText("Verifier: secret revoked").first()).toBeVisible();
  await expect(page.getByText("Verifier: secret rotated").first()).toBeVisible();
});
