import { decodeProtectedHeader } from "jose";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import type { Product } from "../../fixtures/product.ts";
import { expect, test } from "../../fixtures/test.ts";

async function servedKids({ authorityUrl }: Product): Promise<string[]> {
  const answer = await fetch(`${authorityUrl}/oauth/jwks`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

test("a rotation is planned from the key ring, cannot be hurried, and is cancelled before it signs", async ({
  page,
  product,
}) => {
  await page.goto("/keys");
  await page.getByRole("button", { name: "Rotate…" }).click();
  const rotating = page.getByRole("dialog", { name: "Rotate a signing key" });
  await rotating.getByRole("combobox", { name: "Purpose" }).selectOption({ label: "ID tokens" });
  await rotating.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Policy" });
  await expectAccessible(page, "the dialog of a rotation");
  await rotating.getByRole("button", { name: "Make the next key" }).click();
  await expect(page).toHaveURL(/\/keys\/es256-/);
  const kid = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(kid);
  await expect(page.getByText("In the JWKS, signs nothing yet").first()).toBeVisible();
  await expect.poll(() => servedKids(product)).toContain(kid);

  await page.getByRole("button", { name: "Activate now…" }).click();
  const activating = page.getByRole("dialog", { name: "Let the standby key sign now" });
  await activating.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Policy" });
  await activating.getByRole("button", { name: "Activate it" }).click();
  await expect(activating.getByRole("alert")).toContainText(
    "A verifier may still keep a JWKS without this key",
  );
  await activating.getByRole("button", { name: "Cancel", exact: true }).click();

  await page.getByRole("button", { name: "Cancel rotation…" }).click();
  const cancelling = page.getByRole("dialog", { name: "Cancel the rotation" });
  await cancelling.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Test" });
  await cancelling.getByRole("button", { name: "Cancel it" }).click();
  await expect(page.getByText("No longer in the JWKS").first()).toBeVisible();
  await expect(page.getByText("cancelled the standby key")).toBeVisible();
  await expect.poll(() => servedKids(product)).not.toContain(kid);
});

test("an emergency: the plan is read, the id typed, another key signs, and what the old one signed is refused", async ({
  page,
  authority,
  registry,
  product,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const old = decodeProtectedHeader(token).kid as string;
  await page.goto(`/keys/${old}`);
  await page.getByRole("button", { name: "Emergency…" }).click();
  const dialog = page.getByRole("dialog", { name: "Declare a signing key compromised" });
  await expect(dialog).toContainText("A new key is made and signs at once.");
  await expect(dialog).toContainText("may keep the JWKS for 10 minutes");
  await expectAccessible(page, "the dialog of an emergency");
  const declare = dialog.getByRole("button", { name: "Declare it compromised" });
  await expect(declare).toBeDisabled();
  await dialog.getByRole("textbox", { name: `Type ${old} to confirm` }).fill(old);
  await dialog.getByRole("textbox", { name: "Note" }).fill(`drill ${registry.mark}`);
  await declare.click();
  const outcome = dialog.getByRole("status");
  await expect(outcome).toContainText(`${old} is compromised`);
  await expect(outcome).toContainText("signs from now on");

  expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
  const next = await authority.issue(client);
  expect(decodeProtectedHeader(next).kid).not.toBe(old);
  expect(await authority.introspect(next, registry.verifier)).toMatchObject({ active: true });
  expect(await servedKids(product)).not.toContain(old);

  await dialog.getByRole("link", { name: "The order on record" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Revoked");
  await page.goto(`/keys/${old}`);
  await expect(page.getByText(`Key compromised · drill ${registry.mark}`).first()).toBeVisible();
  await page.getByRole("button", { name: "Destroy private half…" }).click();
  const destroying = page.getByRole("dialog", { name: "Destroy the private half" });
  await destroying.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Key compromised" });
  await destroying.getByRole("button", { name: "Destroy it" }).click();
  await expect(page.getByText("Its private half is gone").first()).toBeVisible();
});
