import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { listPageRoutes } from "../../fixtures/page-routes.ts";
import { expect, test } from "../../fixtures/test.ts";

const SCRIPT = "<script>__ran('script')</script>";
const IMAGE = "<img src=x onerror=__ran('image')>";
const BREAKOUT = "\"'></title></style></textarea><svg onload=__ran('svg')>";
const TEMPLATE = "{{constructor.constructor('__ran(1)')()}}" + "$" + "{__ran(2)}<%=__ran(3)%>";
const EVERYTHING = `${BREAKOUT}${SCRIPT}${IMAGE}${TEMPLATE}</script><script nonce=guess>__ran('nonce')</script>`;

const IS_FULL = process.env.TEST_FULL === "1";

type Doings = { ran: string[]; violations: string[] };
type Exposed = { __ran: (what: string) => void; __stopped: (what: string) => void };

/** Whatever a page runs of what was stored shows here, and so does what the policy had to stop; also of pages that were left since. */
async function watch(page: Page): Promise<Doings> {
  const doings: Doings = { ran: [], violations: [] };
  await page.exposeFunction("__ran", (what: string) => void doings.ran.push(what));
  await page.exposeFunction("__stopped", (what: string) => void doings.violations.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as Exposed).__stopped(
        `${event.violatedDirective} ${event.blockedURI} ${location.pathname}`,
      );
    });
  });
  page.on("dialog", (dialog) => {
    doings.ran.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return doings;
}

function countActiveMarkup(): number {
  const links = [...document.querySelectorAll("a[href], form[action], iframe[src]")];
  const addresses = links.flatMap((link) =>
    ["href", "action", "src"].map((name) => link.getAttribute(name) ?? ""),
  );
  const scripted = addresses.filter((address) => /^\s*(?:javascript|data|vbscript):/i.test(address));
  return scripted.length + document.querySelectorAll("[onerror], [onload], [onclick]").length;
}

async function expectNothingRan(page: Page, doings: Doings, where: string): Promise<void> {
  // some pages send the visitor on: the count is of the one where they come to rest
  await expect(async () => expect(await page.evaluate(countActiveMarkup), where).toBe(0)).toPass({
    timeout: 15_000,
  });
  expect(doings, where).toEqual({ ran: [], violations: [] });
}

/** A page that is left while it asks for data goes there by a whole navigation instead, which may cut ours off: then once more. */
async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address).catch((error: Error) => {
    if (!error.message.includes("ERR_ABORTED")) throw error;
    return page.goto(address);
  });
}

test("nothing that is stored runs on any page that shows it, and nothing needs the policy to stop it", async ({
  page,
  ownerApi,
  authority,
  product,
  registry,
  callback,
}) => {
  test.setTimeout(240_000);
  const { mark } = registry;
  const permission = `a<img/src=x/onerror=__ran(4)>-${mark}`;
  const audience = await ownerApi.make<{ id: string; permissions: { id: string }[] }>("/api/v1/audiences", {
    name: `evil-${mark}`,
    title: SCRIPT,
    resourceUri: `https://evil-${mark}.example.com/?<svg/onload=__ran(5)>`,
    permissions: [{ name: permission, description: EVERYTHING.slice(0, 200) }],
  });
  const rights = { audienceIds: [audience.id], permissionIds: audience.permissions.map(({ id }) => id) };
  const group = await ownerApi.make<{ id: string }>("/api/v1/groups", {
    name: `Evil ${mark}`,
    description: EVERYTHING,
    permissionIds: rights.permissionIds,
  });
  const service = await registry.addService({
    ...rights,
    groupIds: [group.id],
    name: IMAGE,
    description: EVERYTHING,
    customClaims: { "<script>__ran(6)</script>": EVERYTHING, list: [EVERYTHING] },
  });
  const password = "a sentence of somebody evil";
  const email = `evil-${mark}@example.com`;
  const user = await ownerApi.make<{ id: string }>("/api/v1/users", {
    name: `${SCRIPT}${IMAGE}`,
    email,
    password,
    groupIds: [group.id],
    attributes: { title: EVERYTHING },
  });
  const web = await ownerApi.make<{ client: { id: string } }>("/api/v1/clients", {
    kind: "spa",
    name: BREAKOUT,
    clientId: `evil-web-${mark}`,
    redirectUris: [callback.uri],
    ...rights,
  });
  const { verifier } = await ownerApi.make<{ verifier: { id: string } }>("/api/v1/verifiers", {
    name: `evil-${mark}`,
    description: EVERYTHING,
    audienceIds: [audience.id],
  });
  await ownerApi.make("/api/v1/api-tokens", { name: SCRIPT, role: "auditor" });
  for (const refused of [
    "javascript:__ran(7)",
    "data:text/html,<script>__ran(8)</script>",
    'https://x.example.com/"onload="__ran(9)',
  ]) {
    const answer = await ownerApi.send("POST", "/api/v1/clients", {
      kind: "web",
      name: "Links",
      redirectUris: [refused],
    });
    expect([refused, answer.status()]).toEqual([refused, 400]);
  }
  const token = await authority.issue(service);
  for (const path of [`/${EVERYTHING}`, "javascript:__ran(10)"])
    await fetch(`${product.authorityUrl}/verify`, {
      headers: {
        authorization: `Bearer ${token}`,
        "x-tokenwarden-verifier": registry.verifier.secret,
        "x-original-uri": path,
        "x-original-method": "GET",
        "user-agent": EVERYTHING,
        "x-forwarded-for": IMAGE,
      },
    });
  const revoked = await ownerApi.make<{ order: { id: string } }>(
    `/api/v1/tokens/${decodeJwt(token).jti}/revoke`,
    { reason: "token_leaked", note: EVERYTHING.slice(0, 200) },
  );
  const acts = await ownerApi.read<{ rows: { id: string }[] }>(`/api/v1/audit-entries?targetId=${user.id}`);
  const ids: Record<string, string> = {
    tokens: String(decodeJwt(token).jti),
    families: (await ownerApi.read<{ familyId: string }>(`/api/v1/tokens/${decodeJwt(token).jti}`)).familyId,
    "audit/addresses": "127.0.0.1",
    clients: service.id,
    users: user.id,
    groups: group.id,
    audiences: audience.id,
    verifiers: verifier.id,
    orders: revoked.order.id,
    "audit/acts": acts.rows[0]?.id ?? "",
  };

  const doings = await watch(page);
  // what runs is noticed
  await page.goto("about:blank");
  await page.setContent(IMAGE);
  await expect.poll(() => doings.ran.splice(0)).toEqual(["image"]);

  // forms show what is stored on the pages before them too: every one of them is a matter of the full run
  const routes = listPageRoutes().filter((route) => IS_FULL || !/\/(?:new|edit)$/.test(route));
  const addresses = routes.map((route) => {
    const [, area = ""] = /^\/(.+?)\/\[id\]/.exec(route) ?? [];
    return route.replace("[id]", ids[area] ?? "");
  });
  const hostile = encodeURIComponent(EVERYTHING);
  for (const address of [
    ...addresses,
    `/clients/${web.client.id}`,
    `/tokens?q=${hostile}`,
    `/users?q=${hostile}&sort=${hostile}`,
    `/sign-in?error=${hostile}&next=${hostile}`,
    `/setup?token=${hostile}`,
    `/audit?${hostile}=${hostile}`,
    `/${hostile}`,
  ])
    await test.step(address.slice(0, 60), async () => {
      await visit(page, address);
      await expect(page.locator("body")).toBeVisible();
      await expectNothingRan(page, doings, address);
    });
  await visit(page, "/clients");
  await expect(page.getByText(IMAGE).first()).toBeVisible();

  // the authority's own pages, which show names of clients, people, audiences and permissions
  const query = new URLSearchParams({
    client_id: `evil-web-${mark}`,
    redirect_uri: callback.uri,
    response_type: "code",
    scope: `openid ${permission}`,
    login_hint: EVERYTHING,
    state: EVERYTHING,
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  await page.goto(`${product.authorityUrl}/oauth/authorize?${query}`);
  await expectNothingRan(page, doings, "login");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Allow" })).toBeVisible();
  await expectNothingRan(page, doings, "consent");
  for (const path of [
    `/oauth/authorize?client_id=${hostile}&error=${hostile}`,
    `/oauth/authorize?${query}&response_mode=${hostile}`,
    `/oauth/logout?post_logout_redirect_uri=${hostile}`,
    `/interaction/${hostile}`,
    `/${hostile}`,
  ]) {
    await page.goto(`${product.authorityUrl}${path}`);
    await expectNothingRan(page, doings, path.slice(0, 60));
  }
});
