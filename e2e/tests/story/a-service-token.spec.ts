import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import type { Verifier } from "../../fixtures/authority.ts";
import { expect, test } from "../../fixtures/test.ts";
import { AuditPage } from "../../pages/audit-page.ts";
import { AudienceForm, ClientForm, GroupForm, VerifierForm } from "../../pages/registry-forms.ts";
import { TokenPage } from "../../pages/token-page.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

test("a service is registered, its token is seen, used, revoked, refused and on record", async ({
  page,
  authority,
}) => {
  const mark = randomBytes(3).toString("hex");
  const permission = `invoices-${mark}:read`;

  const audience = new AudienceForm(page);
  await audience.open();
  await audience.field("Title").fill(`Billing ${mark}`);
  await audience.field("Name").fill(`billing-${mark}`);
  await audience.field("Resource").fill(`https://billing-${mark}.example.com/`);
  await audience.addPermission(permission, "Read invoices");
  await audience.save("Create");
  await expect(page.getByRole("heading", { level: 1, name: `Billing ${mark}` })).toBeVisible();

  const group = new GroupForm(page);
  await group.open();
  await group.field("Name").fill(`Robots ${mark}`);
  await group.pick(`Billing ${mark}`, permission);
  await group.save("Create");
  await expect(page.getByRole("heading", { level: 1, name: `Robots ${mark}` })).toBeVisible();

  const verifier: Verifier = { name: `gateway-${mark}`, secret: "" };
  const verifierForm = new VerifierForm(page);
  await verifierForm.open();
  await verifierForm.field("Name").fill(verifier.name);
  await verifierForm.choose("Audiences", `Billing ${mark}`);
  await verifierForm.save("Register");
  verifier.secret = await verifierForm.readSecret("Verifier secret");
  expect(verifier.secret).toMatch(/^twv_/);

  const client = { clientId: `reconciler-${mark}`, secret: "" };
  const clientForm = new ClientForm(page);
  await clientForm.open();
  await clientForm.chooseKind("Service");
  await clientForm.field("Name").fill(`Reconciler ${mark}`);
  await expect(clientForm.field("Client ID"), "the client ID follows the name").toHaveValue(client.clientId);
  await clientForm.pick(`Billing ${mark}`, permission);
  await clientForm.choose("Groups of the service", `Robots ${mark}`);
  await clientForm.setOwnLifetime("minutes", "5");
  await clientForm.field("Custom claims").fill('{ "tier": "gold" }');
  await clientForm.save("Register");
  client.secret = await clientForm.readSecret("Client secret");
  expect(client.secret).toMatch(/^twc_/);

  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.nothing).toBeVisible();
  const token = await authority.issue(client);
  const claims = decodeJwt(token);
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
  expect(claims).toMatchObject({
    aud: `billing-${mark}`,
    scope: permission,
    groups: [`Robots ${mark}`],
    tier: "gold",
    client_id: client.clientId,
  });
  const id = String(claims.jti);
  await expect(tokens.row(id), "it is there without a reload").toBeVisible();
  await expect(tokens.row(id)).toContainText("Active");
  await expect(tokens.row(id)).toContainText(permission);
  await expect(tokens.row(id)).toContainText(`billing-${mark}`);
  await expect(tokens.row(id)).toContainText(`Robots ${mark}`);

  const sibling = await authority.issue(client);
  expect(await authority.introspect(token, verifier)).toMatchObject({ active: true, tier: "gold" });
  const passed = await authority.verify(token, verifier, "/invoices/7");
  expect(passed.status).toBe(200);
  expect(passed.headers.get("x-auth-permissions")).toBe(permission);

  const tokenPage = new TokenPage(page);
  await tokenPage.open(id);
  await expect(tokenPage.payload).toContainText(`"groups": ["Robots ${mark}"]`);
  await expect(tokenPage.payload).toContainText(permission);
  await expect(tokenPage.payload).toContainText(`billing-${mark}`);
  await expect(tokenPage.payload).toContainText('"tier": "gold"');
  await expect(tokenPage.header).toContainText('"alg": "ES256"');
  await expect(tokenPage.signature).toContainText("value not stored");
  const [, , signature = ""] = token.split(".");
  const html = await page.content();
  for (const secret of [token, signature, client.secret, verifier.secret])
    expect(html.includes(secret), "a secret is in the page").toBe(false);
  await expect(tokenPage.timeline.getByRole("row").filter({ hasText: "/invoices/7" })).toContainText(
    "Allowed",
  );

  const dialog = await tokenPage.startRevoking("This token…");
  await expect(dialog.confirm).toBeDisabled();
  await dialog.revoke("Token leaked", `seen in ticket ${mark}`);
  await expect(dialog.outcome).toContainText("1 live token stopped working");

  expect(await authority.introspect(token, verifier)).toEqual({ active: false });
  expect((await authority.verify(token, verifier, "/invoices/8")).status).toBe(401);
  expect(await authority.introspect(sibling, verifier)).toMatchObject({ active: true });
  expect((await authority.verify(sibling, verifier)).status).toBe(200);

  await dialog.close();
  await expect(tokenPage.standing("State")).toContainText("Revoked");
  await expect(tokenPage.standing("Reason")).toContainText(`Token leaked · “seen in ticket ${mark}”`);
  await expect(tokenPage.standing("By")).toContainText("olive@example.com");

  const audit = new AuditPage(page);
  await audit.openUses({ token: id });
  await expect(audit.uses).toHaveCount(5);
  await expect(audit.uses.filter({ hasText: "Issued" })).toHaveCount(1);
  await expect(audit.uses.filter({ hasText: "Allowed" })).toHaveCount(2);
  await expect(
    audit.uses.filter({ hasText: "Refused" }).filter({ hasText: "The token is revoked" }),
  ).toHaveCount(2);
  await expect(audit.uses.filter({ hasText: verifier.name })).toHaveCount(4);
  await audit.openActs({ targetId: id });
  await expect(audit.acts).toHaveCount(1);
  await expect(audit.acts).toContainText("olive@example.com");
  await expect(audit.acts).toContainText("Token leaked");
  await audit.acts.getByText("olive@example.com").click();
  await expect(audit.drawer).toContainText(`seen in ticket ${mark}`);
});

test("revoking a client ends its tokens and no one else's, and it can get new ones", async ({
  page,
  authority,
  registry,
}) => {
  const [client, other] = [await registry.addService(), await registry.addService({ tokenFormat: "opaque" })];
  const [one, two, others] = [
    await authority.issue(client),
    await authority.issue(client),
    await authority.issue(other),
  ];
  const tokenPage = new TokenPage(page);
  await tokenPage.open(String(decodeJwt(one).jti));
  const dialog = await tokenPage.startRevoking("All of this client…");
  await dialog.revoke("Policy", `end of ${registry.mark}`);
  await expect(dialog.outcome).toContainText("2 live tokens stopped working");
  await expect(dialog.outcome).toContainText("Still valid");
  for (const token of [one, two])
    expect(await authority.introspect(token, registry.verifier)).toEqual({ active: false });
  expect(await authority.introspect(others, registry.verifier)).toMatchObject({ active: true });
  const next = await authority.issue(client);
  expect(await authority.introspect(next, registry.verifier)).toMatchObject({ active: true });

  const audit = new AuditPage(page);
  await audit.openActs({ targetId: client.id });
  const act = audit.acts.filter({ hasText: "Policy" });
  await expect(act).toHaveCount(1);
  await expect(act).toContainText("olive@example.com");
  await expect(act).toContainText(client.clientId);
});
