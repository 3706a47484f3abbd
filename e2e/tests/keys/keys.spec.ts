import { decodeJwt, decodeProtectedHeader } from "jose";
import pg from "pg";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { Keyboard } from "../../fixtures/keyboard.ts";
import { databaseUrl } from "../../fixtures/old-tokens.ts";
import type { Product } from "../../fixtures/product.ts";
import { EVERYBODY, expect, test } from "../../fixtures/test.ts";

async function servedKids({ authorityUrl }: Product): Promise<string[]> {
  const answer = await fetch(`${authorityUrl}/oauth/jwks`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

test("a rotation is planned from the key ring, cannot be hurried, and is cancelled before it signs", {
  lock: EVERYBODY,
}, async ({ page, product }) => {
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
  await expect(
    page.getByText("Clients check ID tokens, and ask for the keys as nobody in particular."),
  ).toBeVisible();
  await page.goto("/keys");
  const main = page.getByRole("main");
  await expect(main.getByText(`ID tokens, next key ${kid}: Clients check ID tokens`)).toBeVisible();
  await page.goto(`/keys/${kid}`);

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

test("an emergency: the plan is read, the id typed, another key signs, and what the old one signed is refused", {
  lock: EVERYBODY,
}, async ({ page, authority, registry, product }) => {
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
  // what is signed by the old key is refused with the answer; which key signs, an authority hears some milliseconds later
  let next = "";
  await expect
    .poll(async () => {
      next = await authority.issue(client);
      return decodeProtectedHeader(next).kid;
    })
    .not.toBe(old);
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

/** As if every copy of the JWKS had been fetched anew meanwhile. */
async function cachesRunOut(product: Product, kid: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(product) });
  await client.connect();
  try {
    await client.query("UPDATE signing_key SET ready_at = now() WHERE kid = $1::text", [kid]);
  } finally {
    await client.end();
  }
}

test("a rotation to another algorithm is planned and activated with the keyboard alone, and the next status list is signed by it", {
  lock: EVERYBODY,
}, async ({ page, authority, registry, product }) => {
  const keyboard = new Keyboard(page);
  const press = (name: string) => keyboard.press(page.getByRole("button", { name, exact: true }));
  await page.goto("/keys");
  await press("Rotate…");
  const rotating = page.getByRole("dialog", { name: "Rotate a signing key" });
  await expect(rotating).toBeVisible();
  await keyboard.choose(rotating.getByRole("combobox", { name: "Purpose" }), "Status lists");
  await keyboard.choose(rotating.getByRole("combobox", { name: "Algorithm of the next key" }), "EdDSA");
  await expect(rotating).toContainText("must take EdDSA before the key signs; until then ES256 signs");
  await keyboard.choose(rotating.getByRole("combobox", { name: "It signs" }), "In a week");
  await keyboard.choose(rotating.getByRole("combobox", { name: "Reason" }), "Policy");
  await press("Make the next key");
  await expect(page).toHaveURL(/\/keys\/eddsa-/);
  const kid = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await cachesRunOut(product, kid);

  await press("Activate now…");
  const activating = page.getByRole("dialog", { name: "Let the standby key sign now" });
  await expect(activating).toBeVisible();
  await keyboard.choose(activating.getByRole("combobox", { name: "Reason" }), "Policy");
  await press("Activate it");
  await expect(page.getByText("Signs everything new").first()).toBeVisible();
  await expectAccessible(page, "the page of a key that signs");

  const token = await authority.issue(await registry.addService());
  const { status } = decodeJwt(token) as { status: { status_list: { uri: string } } };
  const list = product.authorityUrl + new URL(status.status_list.uri).pathname;
  await expect
    .poll(async () => decodeProtectedHeader(await (await fetch(list)).text()))
    .toMatchObject({ alg: "EdDSA", kid });
});

test("the cache time is changed in its form, and what is too short is refused before it is sent", {
  lock: EVERYBODY,
}, async ({ page, product }) => {
  await page.goto("/keys");
  await page.getByRole("button", { name: "Change caches and keeping" }).click();
  const dialog = page.getByRole("dialog", { name: "Caches and keeping" });
  const cache = dialog.getByRole("textbox", { name: "The JWKS may be kept" });
  await cache.fill("9");
  await expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
  await cache.fill("900");
  await expectAccessible(page, "the form of caches and keeping");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("15 minutes").first()).toBeVisible();
  await expect
    .poll(async () => (await fetch(`${product.authorityUrl}/oauth/jwks`)).headers.get("cache-control"))
    .toBe("public, max-age=900");
  await page.getByRole("button", { name: "Change caches and keeping" }).click();
  await cache.fill("600");
  await expect(dialog).toContainText("Caches that were told the longer time keep to it");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Rotations wait for older caches until")).toBeVisible();
});
