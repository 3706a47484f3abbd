import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { ConsoleApi } from "../../fixtures/console-api.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { EnrolmentPage } from "../../pages/enrolment-page.ts";
import { AdminForm } from "../../pages/registry-forms.ts";
import { TokenPage } from "../../pages/token-page.ts";

type Ids = { token: string; client: string; user: string; group: string; verifier: string; audience: string };

/** What a role may do here; the rest it may not. */
type May = { write: boolean; disableUser: boolean; revokeToken: boolean; revokeClient: boolean };
const MAY: Record<string, May> = {
  Responder: { write: false, disableUser: true, revokeToken: true, revokeClient: true },
  Governor: { write: true, disableUser: true, revokeToken: true, revokeClient: false },
  Auditor: { write: false, disableUser: false, revokeToken: false, revokeClient: false },
};

async function becomeAdmin(page: Page, link: string): Promise<void> {
  const enrolment = new EnrolmentPage(page);
  await enrolment.open(link);
  await expect(enrolment.email).toHaveAttribute("readonly", "");
  await enrolment.password.fill("a sentence of my own");
  await enrolment.continue();
  await expect(enrolment.qrCode).toBeVisible();
  await enrolment.finish(codeOf(await enrolment.readKey()), "Join");
  await expect(page).toHaveURL("/");
}

/** Acts that a role may not do, asked of the API as the console's own pages would. */
async function expectRefused(api: ConsoleApi, may: May, ids: Ids): Promise<void> {
  const reason = { reason: "test", note: "" };
  const acts: [path: string, body: unknown][] = [
    ["/api/v1/admins", { name: "Mallory", email: "mallory@example.com", role: "owner" }],
    ["/api/v1/api-tokens", { name: "mine", role: "owner" }],
  ];
  if (!may.write)
    acts.push(
      ["/api/v1/clients", { kind: "service", name: "Mine", clientId: "mine-too" }],
      ["/api/v1/users", { name: "Mine", email: "mine@example.com" }],
      ["/api/v1/groups", { name: "Mine" }],
      ["/api/v1/audiences", { name: "mine", title: "Mine", resourceUri: "https://mine.example.com/" }],
      ["/api/v1/verifiers", { name: "mine" }],
      [`/api/v1/clients/${ids.client}/disable`, undefined],
      [`/api/v1/clients/${ids.client}/rotate-secret`, { overlapSeconds: 0 }],
      [`/api/v1/verifiers/${ids.verifier}/rotate-secret`, undefined],
      [`/api/v1/users/${ids.user}/enable`, undefined],
    );
  if (!may.disableUser) acts.push([`/api/v1/users/${ids.user}/disable`, reason]);
  if (!may.revokeToken) acts.push([`/api/v1/tokens/${ids.token}/revoke`, reason]);
  if (!may.revokeClient)
    acts.push([`/api/v1/clients/${ids.client}/revoke`, reason], [`/api/v1/users/${ids.user}/revoke`, reason]);
  for (const [path, body] of acts) expect((await api.send("POST", path, body)).status(), path).toBe(403);
}

for (const [role, may] of Object.entries(MAY)) {
  test(`a ${role.toLowerCase()} joins by a one-time link and sees and does what the role allows, no more`, async ({
    page,
    browser,
    product,
    ownerApi,
    authority,
    registry,
  }) => {
    // some twenty pages
    test.setTimeout(180_000);
    const client = await registry.addService();
    const token = await authority.issue(client);
    const { id: user } = await ownerApi.make<{ id: string }>("/api/v1/users", {
      name: "Ana Lima",
      email: `ana-${registry.mark}@example.com`,
    });
    const ids: Ids = {
      token: String(decodeJwt(token).jti),
      client: client.id,
      user,
      group: registry.group.id,
      verifier: registry.verifier.id,
      audience: registry.audience.id,
    };

    const form = new AdminForm(page);
    await form.open();
    await form.field("Name").fill(`The ${role}`);
    await form.field("E-mail").fill(`${role.toLowerCase()}-${randomBytes(3).toString("hex")}@example.com`);
    await form.form.getByRole("radio", { name: role }).check();
    await form.save("Invite");
    const link = await form.readSecret("One-time link");

    const context = await browser.newContext({ storageState: NOBODY, baseURL: product.consoleUrl });
    const theirs = await context.newPage();
    await becomeAdmin(theirs, link);
    const button = (name: string) =>
      theirs
        .getByRole("main")
        .getByRole("button", { name })
        .or(theirs.getByRole("main").getByRole("link", { name }));
    const has = async (path: string, expected: Record<string, boolean>) => {
      await theirs.goto(path);
      await expect(theirs.getByRole("heading", { level: 1 }), path).toBeVisible();
      for (const [name, isThere] of Object.entries(expected))
        await expect(button(name), `${name} on ${path}`).toHaveCount(isThere ? 1 : 0);
    };

    await has("/clients", { "Register a client": may.write });
    await has("/users", { "Create a user": may.write });
    await has("/groups", { "Create a group": may.write });
    await has("/audiences", { "Create an audience": may.write });
    await has("/verifiers", { "Register a verifier": may.write });
    await has(`/clients/${ids.client}`, { Edit: may.write, "Revoke all tokens…": may.revokeClient });
    await has(`/users/${ids.user}`, {
      "Revoke all tokens…": may.revokeClient,
      "More about this user": may.disableUser,
    });
    await has(`/groups/${ids.group}`, { Edit: may.write, "Revoke tokens…": may.revokeClient });
    await has(`/verifiers/${ids.verifier}`, { Edit: may.write });
    await has(`/audiences/${ids.audience}`, { Edit: may.write, "Revoke tokens…": may.revokeClient });
    await has("/orders", { "Revoke everything…": false });
    for (const path of ["/admins", "/admins/new", "/api-tokens", "/api-tokens/new"]) {
      await theirs.goto(path);
      await expect(
        theirs.getByRole("main").getByText("Your role does not open this page"),
        path,
      ).toBeVisible();
    }

    const tokenPage = new TokenPage(theirs);
    await tokenPage.open(ids.token);
    await expect(tokenPage.main).toContainText(client.clientId);
    const mayRevoke = new ConsoleApi(context.request, product.consoleUrl);
    await expectRefused(mayRevoke, may, ids);
    expect(await authority.introspect(token, registry.verifier), "nothing was done").toMatchObject({
      active: true,
    });
    await context.close();
  });
}
