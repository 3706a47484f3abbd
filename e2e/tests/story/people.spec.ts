import { randomBytes } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { Application } from "../../fixtures/application.ts";
import type { ConsoleApi } from "../../fixtures/console-api.ts";
import type { Product } from "../../fixtures/product.ts";
import type { Registry } from "../../fixtures/registry.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { AuditPage } from "../../pages/audit-page.ts";
import { AuthorityPages } from "../../pages/authority-pages.ts";
import { ClientForm, UserForm } from "../../pages/registry-forms.ts";
import { TokenPage } from "../../pages/token-page.ts";

type Person = { id: string; email: string; password: string };

async function addPerson(api: ConsoleApi, registry: Registry): Promise<Person> {
  const email = `ana-${randomBytes(3).toString("hex")}@example.com`;
  const password = randomBytes(12).toString("hex");
  const { id } = await api.make<{ id: string }>("/api/v1/users", {
    name: "Ana Lima",
    email,
    password,
    groupIds: [registry.group.id],
  });
  return { id, email, password };
}

async function addApplication(
  api: ConsoleApi,
  { registry, product, redirectUri }: { registry: Registry; product: Product; redirectUri: string },
): Promise<Application> {
  const clientId = `shop-${randomBytes(3).toString("hex")}`;
  const { secret } = await api.make<{ secret: string }>("/api/v1/clients", {
    kind: "web",
    name: clientId,
    clientId,
    redirectUris: [redirectUri],
    audienceIds: [registry.audience.id],
    permissionIds: registry.audience.permissionIds,
    requireConsent: false,
  });
  const application = await Application.discover(product.authorityUrl, clientId, secret, redirectUri);
  const startSignIn = async () =>
    (await fetch(await application.startSignIn("openid"), { redirect: "manual" })).status;
  await expect.poll(startSignIn, "authorities follow the registry within a second").toBeLessThan(400);
  return application;
}

/** Signs a person in, in a browser of their own; with the session of an earlier time nobody is asked. */
async function signIn(
  device: BrowserContext,
  application: Application,
  person: Person,
  { scope, redirectUri, isKnown = false }: { scope: string; redirectUri: string; isKnown?: boolean },
): Promise<{ access: string; refresh: string }> {
  const page = await device.newPage();
  await page.goto(await application.startSignIn(scope));
  if (!isKnown) await new AuthorityPages(page).signIn(person.email, person.password);
  await page.waitForURL(`${redirectUri}?**`);
  const tokens = await application.finishSignIn(page.url());
  await page.close();
  return tokens;
}

async function revokeFrom(
  page: Page,
  token: string,
  target: Parameters<TokenPage["startRevoking"]>[0],
): Promise<string> {
  const tokenPage = new TokenPage(page);
  await tokenPage.open(String(decodeJwt(token).jti));
  const dialog = await tokenPage.startRevoking(target);
  await dialog.revoke("Account compromised", "a test");
  await dialog.outcome.waitFor();
  return (await dialog.outcome.textContent()) ?? "";
}

test("a person is registered, signs in through the authority's pages, consents, and the application refreshes", async ({
  page,
  browser,
  product,
  registry,
  authority,
  callback,
}) => {
  const person = { email: `ben-${registry.mark}@example.com`, password: "a long sentence for ben" };
  const userForm = new UserForm(page);
  await userForm.open();
  await userForm.field("Name").fill("Ben Okoro");
  await userForm.field("E-mail").fill(person.email);
  await userForm.password.fill(person.password);
  await userForm.choose("Groups", registry.group.name);
  await userForm.save("Create");
  await expect(page.getByRole("heading", { level: 1, name: "Ben Okoro" })).toBeVisible();

  const clientForm = new ClientForm(page);
  await clientForm.open();
  await clientForm.field("Name").fill(`Shop ${registry.mark}`);
  await clientForm.field("Redirect URIs").fill(callback.uri);
  await clientForm.pick(registry.audience.name, ...registry.permissions);
  await clientForm.save("Register");
  const secret = await clientForm.readSecret("Client secret");
  const clientId = `shop-${registry.mark}`;
  const application = await Application.discover(product.authorityUrl, clientId, secret, callback.uri);

  const device = await browser.newContext({ storageState: NOBODY });
  const personPage = await device.newPage();
  const pages = new AuthorityPages(personPage);
  await expect
    .poll(async () => {
      const [read] = registry.permissions;
      await personPage.goto(await application.startSignIn(`openid email offline_access ${read}`));
      return personPage.getByLabel("E-mail address").count();
    }, "authorities follow the registry within a second")
    .toBe(1);
  await pages.signIn(person.email, "not the password");
  await expect(pages.alert).toBeVisible();
  await pages.signIn(person.email, person.password);
  await expect(pages.consent).toHaveText(`Shop ${registry.mark} asks for access`);
  await expect(personPage.getByText(registry.permissions[0] ?? "")).toBeVisible();
  await expect(personPage.getByText(registry.permissions[1] ?? "")).toHaveCount(0);
  await pages.allow();
  await expect(personPage.getByRole("heading", { name: "Back at the application" })).toBeVisible();
  const first = await application.finishSignIn(personPage.url());
  expect(decodeJwt(first.access)).toMatchObject({
    client_id: clientId,
    aud: registry.audience.name,
    groups: [registry.group.name],
  });
  expect(await authority.introspect(first.access, registry.verifier)).toMatchObject({ active: true });

  const second = await application.refresh(first.refresh);
  expect(await authority.introspect(second.access, registry.verifier)).toMatchObject({ active: true });
  expect(
    await authority.introspect(first.access, registry.verifier),
    "not ended by the refresh",
  ).toMatchObject({
    active: true,
  });

  const tokenPage = new TokenPage(page);
  await tokenPage.open(String(decodeJwt(second.access).jti));
  await expect(tokenPage.main).toContainText(person.email);
  await expect(tokenPage.lineage.getByRole("link")).toHaveCount(4);
  await expect(tokenPage.lineage.getByRole("link").filter({ hasText: "Consumed" })).toHaveCount(1);
  const session = tokenPage.standing("Session");
  await expect(session.getByRole("link").locator("[aria-hidden]"), "shortened in the middle").toHaveText(
    /^.{8}….{4}$/,
  );
  await expect(session.getByRole("button", { name: "Copy session id" })).toBeVisible();
  await device.close();
});

test("revoking a family ends its access and refresh tokens; another device of the same person goes on", async ({
  page,
  browser,
  product,
  registry,
  authority,
  ownerApi,
  callback,
}) => {
  const scope = `openid offline_access ${registry.permissions[0]}`;
  const redirectUri = callback.uri;
  const person = await addPerson(ownerApi, registry);
  const application = await addApplication(ownerApi, { registry, product, redirectUri });
  const [phone, laptop] = [
    await browser.newContext({ storageState: NOBODY }),
    await browser.newContext({ storageState: NOBODY }),
  ];
  const onPhone = await signIn(phone, application, person, { scope, redirectUri });
  const onLaptop = await signIn(laptop, application, person, { scope, redirectUri });
  const refreshed = await application.refresh(onPhone.refresh);

  const outcome = await revokeFrom(page, refreshed.access, "Its family…");
  expect(outcome).toContain("Still valid");

  for (const token of [onPhone.access, refreshed.access])
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
  expect(await application.refusalOfRefresh(refreshed.refresh)).toBe("invalid_grant");
  expect(await authority.introspect(onLaptop.access, registry.verifier)).toMatchObject({ active: true });
  const later = await application.refresh(onLaptop.refresh);
  expect(await authority.introspect(later.access, registry.verifier)).toMatchObject({ active: true });

  const audit = new AuditPage(page);
  await audit.openUses({ token: String(decodeJwt(refreshed.access).jti), outcome: "refused" });
  await expect(audit.uses.filter({ hasText: "The token is revoked" })).toHaveCount(1);
  await Promise.all([phone.close(), laptop.close()]);
});

test("revoking a user ends every token and the sign-in; they come back only with their password", async ({
  page,
  browser,
  product,
  registry,
  authority,
  ownerApi,
  callback,
}) => {
  const scope = `openid offline_access ${registry.permissions[0]}`;
  const redirectUri = callback.uri;
  const [ana, other] = [await addPerson(ownerApi, registry), await addPerson(ownerApi, registry)];
  const shop = await addApplication(ownerApi, { registry, product, redirectUri });
  const desk = await addApplication(ownerApi, { registry, product, redirectUri });
  const device = await browser.newContext({ storageState: NOBODY });
  const otherDevice = await browser.newContext({ storageState: NOBODY });
  const inShop = await signIn(device, shop, ana, { scope, redirectUri });
  const inDesk = await signIn(device, desk, ana, { scope, redirectUri, isKnown: true });
  const ofOther = await signIn(otherDevice, shop, other, { scope, redirectUri });

  const outcome = await revokeFrom(page, inShop.access, "All of this user…");
  expect(outcome).toContain("4 live tokens stopped working");

  for (const token of [inShop.access, inDesk.access])
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
  expect(await shop.refusalOfRefresh(inShop.refresh)).toBe("invalid_grant");
  expect(await desk.refusalOfRefresh(inDesk.refresh)).toBe("invalid_grant");
  expect(await authority.introspect(ofOther.access, registry.verifier)).toMatchObject({ active: true });

  const again = await device.newPage();
  await again.goto(await shop.startSignIn(scope));
  await expect(again.getByLabel("E-mail address"), "the single sign-on is over").toBeVisible();
  await again.close();
  const back = await signIn(device, shop, ana, { scope, redirectUri });
  expect(await authority.introspect(back.access, registry.verifier)).toMatchObject({ active: true });

  const audit = new AuditPage(page);
  await audit.openActs({ targetId: ana.id });
  const act = audit.acts.filter({ hasText: "Account compromised" });
  await expect(act).toHaveCount(1);
  await expect(act).toContainText("olive@example.com");
  await Promise.all([device.close(), otherDevice.close()]);
});

test("disabling a user in the console ends their tokens and refuses their sign-in", async ({
  page,
  browser,
  product,
  registry,
  authority,
  ownerApi,
  callback,
}) => {
  const scope = `openid offline_access ${registry.permissions[0]}`;
  const redirectUri = callback.uri;
  const person = await addPerson(ownerApi, registry);
  const application = await addApplication(ownerApi, { registry, product, redirectUri });
  const device = await browser.newContext({ storageState: NOBODY });
  const tokens = await signIn(device, application, person, { scope, redirectUri });

  await page.goto(`/users/${person.id}`);
  await page.getByRole("button", { name: "More about this user" }).click();
  await page.getByRole("menuitem", { name: "Disable…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: "Left or moved" });
  await dialog.getByRole("button", { name: "Disable and revoke" }).click();
  await expect(page.getByText("Ana Lima is disabled, 2 tokens revoked.")).toBeVisible();

  expect(await authority.introspect(tokens.access, registry.verifier)).toEqual({ active: false });
  expect(await application.refusalOfRefresh(tokens.refresh)).toBe("invalid_grant");
  const again = await device.newPage();
  const pages = new AuthorityPages(again);
  await again.goto(await application.startSignIn(scope));
  await pages.signIn(person.email, person.password);
  await expect(pages.alert).toBeVisible();
  await device.close();
});
