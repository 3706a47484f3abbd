import { randomBytes } from "node:crypto";
import type { ConsoleApi } from "../../fixtures/console-api.ts";
import { expect, test } from "../../fixtures/test.ts";
import { ClientForm } from "../../pages/registry-forms.ts";

async function countClients(api: ConsoleApi, clientId: string): Promise<number> {
  const { rows } = await api.read<{ rows: { clientId: string }[] }>(`/api/v1/clients?q=${clientId}`);
  return rows.filter((row) => row.clientId === clientId).length;
}

/** Said at once, before anything is sent. */
const OUTSIDE = /^Must be 1 minute to 1 day, the organisation's bounds$/;

const newId = () => `wrong-${randomBytes(3).toString("hex")}`;

test("a lifetime outside the bounds is refused at its field; once it is right the client is made, nothing typed twice", async ({
  page,
  ownerApi,
}) => {
  const clientId = newId();
  const form = new ClientForm(page);
  await form.open();
  await form.chooseKind("Service");
  await form.field("Name").fill(clientId);
  for (const [amount, unit, error] of [
    ["0", "minutes", OUTSIDE],
    ["25", "hours", OUTSIDE],
    ["59", "seconds", OUTSIDE],
    ["1000000", "days", OUTSIDE],
  ] as const)
    await test.step(`${amount} ${unit}`, async () => {
      await form.setOwnLifetime(unit, amount);
      await form.save("Register");
      await expect.poll(() => form.errorOf(form.lifetime)).toMatch(error);
      await expect(form.alert, "it is said once, at the field").toContainText(
        "One field needs another look.",
      );
      await expect(form.lifetime).toBeFocused();
    });
  expect(await countClients(ownerApi, clientId)).toBe(0);
  await form.setOwnLifetime("minutes", "5");
  await expect(form.alert, "what was corrected is said no more").toHaveCount(0);
  await form.save("Register");
  expect(await form.readSecret("Client secret")).toMatch(/^twc_/);
  expect(await countClients(ownerApi, clientId)).toBe(1);
});

test("a lifetime that cannot be read is said so at once and not sent", async ({ page, ownerApi }) => {
  const clientId = newId();
  const form = new ClientForm(page);
  await form.open();
  await form.chooseKind("Service");
  await form.field("Name").fill(clientId);
  for (const text of ["", "-5 min", "abc", "0.1 s", "1e9"]) {
    await form.lifetime.fill(text);
    await expect.poll(() => form.errorOf(form.lifetime), text).toMatch(/^Write it as/);
    await form.save("Register");
    await expect(form.lifetime, "the form is still there").toBeFocused();
  }
  expect(await countClients(ownerApi, clientId)).toBe(0);
  await form.lifetime.fill("7");
  await form.save("Register");
  expect(await form.readSecret("Client secret")).toMatch(/^twc_/);
  const { rows } = await ownerApi.read<{ rows: { accessTokenTtl: { seconds: number } }[] }>(
    `/api/v1/clients?q=${clientId}`,
  );
  expect(rows.map((row) => row.accessTokenTtl.seconds)).toEqual([420]);
});

test("the API refuses lifetimes that are no whole number within the bounds, naming the field", async ({
  ownerApi,
}) => {
  for (const accessTokenTtlSeconds of [0, -1, 59, 0.5, 1e9, "300", "abc"]) {
    const clientId = newId();
    const client = { kind: "service", name: clientId, clientId, accessTokenTtlSeconds };
    const answer = await ownerApi.send("POST", "/api/v1/clients", client);
    expect(answer.status(), String(accessTokenTtlSeconds)).toBe(400);
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(["accessTokenTtlSeconds"]);
    expect(await countClients(ownerApi, clientId)).toBe(0);
  }
});

test("redirect URIs that could lead elsewhere are refused at their field, and no client is made", async ({
  page,
  ownerApi,
}) => {
  const clientId = newId();
  const form = new ClientForm(page);
  await form.open();
  await form.field("Name").fill(clientId);
  const field = form.field("Redirect URIs");
  for (const [uri, error] of [
    ["http://shop.example.com/callback", /must be https/i],
    ["https://shop.example.com/callback#here", /must have no fragment/i],
    ["https://user:secret@shop.example.com/", /must have no user or password/i],
    ["https://*.example.com/callback", /must have no wildcard/i],
    ["https://shop.example.com/a/../callback", /must be written as https:\/\/shop\.example\.com\/callback/i],
    ["shop.example.com/callback", /must be an absolute URI/i],
    ["https://SHOP.example.com/callback", /must be written as https:\/\/shop\.example\.com\/callback/i],
    ["javascript:alert(1)", /must be https/i],
    ["https://shop.example.com:443/callback", /must be written as https:\/\/shop\.example\.com\/callback/i],
    ["https://shop.example.com/a\nhttps://shop.example.com/a", /has an address twice/i],
  ] as const)
    await test.step(uri, async () => {
      await field.fill(uri);
      await form.save("Register");
      await expect.poll(() => form.errorOf(field)).toMatch(error);
    });
  expect(await countClients(ownerApi, clientId)).toBe(0);
});

test("claims that are no JSON, or that a standard owns, are refused at their field", async ({
  page,
  ownerApi,
}) => {
  const clientId = newId();
  const form = new ClientForm(page);
  await form.open();
  await form.chooseKind("Service");
  await form.field("Name").fill(clientId);
  const claims = form.field("Custom claims");
  await claims.fill("{ tier: gold");
  await form.save("Register");
  await expect.poll(() => form.errorOf(claims)).toContain("This is not JSON");
  await expect(claims).toBeFocused();
  await claims.fill('{ "aud": "everything" }');
  await form.save("Register");
  await expect.poll(() => form.errorOf(claims)).toMatch(/standard owns/);
  expect(await countClients(ownerApi, clientId)).toBe(0);
  // nothing moves when the field is left: a press on the button is a press on the button
  await claims.fill('{"tier":"gold","limits":{"day":7,"hour":1},"sites":["a","b","c"]}');
  const button = form.form.getByRole("button", { name: "Register", exact: true });
  await button.scrollIntoViewIfNeeded();
  const at = await button.boundingBox();
  await page.mouse.click((at?.x ?? 0) + 20, (at?.y ?? 0) + 10);
  expect(await form.readSecret("Client secret")).toMatch(/^twc_/);
  expect(await countClients(ownerApi, clientId)).toBe(1);
});

test("a client ID that is taken is refused at its field", async ({ page, registry }) => {
  const taken = await registry.addService();
  const form = new ClientForm(page);
  await form.open();
  await form.chooseKind("Service");
  await form.field("Name").fill("Another");
  await form.field("Client ID").fill(taken.clientId);
  await form.save("Register");
  await expect.poll(() => form.errorOf(form.field("Client ID"))).not.toBeNull();
});
