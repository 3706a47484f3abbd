import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { AuthorityPages } from "../../pages/authority-pages.ts";
import { ClientForm } from "../../pages/registry-forms.ts";

const PASSWORD = "a long enough sentence";

test("a device is registered, and a person lets one in by the code that it shows", async ({
  page,
  browser,
  authority,
  ownerApi,
  registry,
}) => {
  const email = `tv-${registry.mark}@example.com`;
  await ownerApi.make("/api/v1/users", {
    name: "Rui Alves",
    email,
    password: PASSWORD,
    groupIds: [registry.group.id],
  });
  const name = `Television ${registry.mark}`;
  const form = new ClientForm(page);
  await form.open();
  await form.chooseKind("Device");
  await form.field("Name").fill(name);
  await form.pick(registry.audience.name, ...registry.permissions);
  await expect(form.form.getByRole("checkbox", { name: "Device code" })).toBeDisabled();
  await form.save("Register");
  await expect(page.getByRole("status").filter({ hasText: name })).toBeVisible();

  const clientId = `television-${registry.mark}`;
  const ask = async () =>
    fetch(`${authority.url}/oauth/device_authorization`, {
      method: "POST",
      body: new URLSearchParams({ client_id: clientId, scope: registry.permissions.join(" ") }),
    });
  await expect.poll(async () => (await ask()).status).toBe(200);
  const asked = (await (await ask()).json()) as Record<
    "device_code" | "user_code" | "verification_uri",
    string
  >;

  const other = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const screen = await other.newPage();
  await screen.goto(asked.verification_uri);
  await screen.getByLabel("Code").fill("BBBB-BBBB");
  await screen.getByRole("button", { name: "Go on" }).click();
  await expect(screen.getByRole("alert")).toContainText("There is no such code.");
  const pages = new AuthorityPages(screen);
  await pages.connectDevice(asked.verification_uri, asked.user_code.toLowerCase());
  await pages.signIn(email, PASSWORD);
  await expect(screen.getByRole("heading", { name: `${name} asks for access` })).toBeVisible();
  await pages.allow();
  await expect(screen.getByRole("heading", { name: "The device is connected" })).toBeVisible();
  await other.close();

  const answer = await fetch(`${authority.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      client_id: clientId,
      device_code: asked.device_code,
    }),
  });
  const tokens = (await answer.json()) as { access_token: string };
  expect(await authority.introspect(tokens.access_token, registry.verifier)).toMatchObject({
    active: true,
    client_id: clientId,
  });
});

test("a service is given keys in place of its secret, and what is wrong with it is flagged until it is mended", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService({ accessTokenTtlSeconds: 7_200 });
  await authority.issue(client);
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = (jwk: object) => JSON.stringify({ keys: [{ ...jwk, kid: "robot-1" }] });

  await page.goto(`/clients?needs=lifetime_long&q=${client.clientId}`);
  await expect(page.getByRole("row", { name: new RegExp(client.clientId) })).toContainText("Lives above 1 h");
  await page.goto(`/clients/${client.id}`);
  const findings = page
    .getByRole("region", { name: "Needs a look" })
    .or(page.getByText("Tokens live above one hour"));
  await expect(findings.first()).toBeVisible();

  await page.goto(`/clients/${client.id}/edit`);
  await page.getByText("Pasted keys", { exact: true }).click();
  const keys = page.getByRole("textbox", { name: "Its public keys" });
  await keys.fill(jwks(await exportJWK(privateKey)));
  await page.getByRole("textbox", { name: /^Access token.*, typed$/ }).fill("30 minutes");
  const save = async () => {
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("button", { name: "Save, leave them" }).click();
  };
  await save();
  await expect(page.getByText(/private or symmetric key/).first()).toBeVisible();
  await keys.fill(jwks(await exportJWK(publicKey)));
  await save();
  await expect(page).toHaveURL(new RegExp(`/clients/${client.id}$`));
  await expect(page.getByText("its keys (private_key_jwt)")).toBeVisible();
  await expect(page.getByText("robot-1", { exact: true })).toBeVisible();
  await expect(page.getByText("Tokens live above one hour")).toHaveCount(0);

  await expect.poll(async () => (await authority.askForToken(client)).status).toBe(401);
  const assertion = await new SignJWT({ jti: registry.mark })
    .setProtectedHeader({ alg: "ES256", kid: "robot-1" })
    .setIssuer(client.clientId)
    .setSubject(client.clientId)
    .setAudience(authority.url)
    .setExpirationTime("1m")
    .sign(privateKey);
  const answer = await fetch(`${authority.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }),
  });
  expect(answer.status).toBe(200);
});
