import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { addDisabledProvider } from "../../fixtures/disabled-provider.ts";
import { addressOf, listPageRoutes } from "../../fixtures/page-routes.ts";
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

/** A page that is left while it asks for data goes there by a whole navigation instead, which may cut ours off: then once more. @returns its status. */
async function visit(page: Page, address: string): Promise<number | undefined> {
  const response = await page.goto(address).catch((error: Error) => {
    if (!error.message.includes("ERR_ABORTED")) throw error;
    return page.goto(address);
  });
  return response?.status();
}

/** What a person reads of a page, and what its fields hold: not what its scripts have. */
async function shownText(page: Page): Promise<string> {
  const fields = await page
    .locator("input, textarea")
    .evaluateAll((all) => all.map((field) => (field as HTMLInputElement).value));
  // biome-ignore lint/performance/useDomNodeTextContent: the text of scripts is what it leaves out
  return [await page.locator("body").innerText(), ...fields].join("\n");
}

/** Keys have no names of anybody's, and streams of signals their verifier's alone, which takes letters. */
const OF_OUR_OWN = /^\/(?:keys|settings\/signals\/streams)\//;

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
  const apiToken = await ownerApi.make<{ id: string }>("/api/v1/api-tokens", {
    name: SCRIPT,
    role: "auditor",
  });
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
  // what a verifier reports of a use, and a scanner of a find
  await authority.reportUses(token, registry.verifier, [{ ip: "192.0.2.66" }], {
    path: `/${EVERYTHING}`,
    user_agent: EVERYTHING,
    method: "GET",
  });
  const { scanner, secret } = await ownerApi.make<{ scanner: { id: string }; secret: string }>(
    "/api/v1/scanners",
    { name: `${IMAGE}-${mark}`, action: "case" },
  );
  await authority.reportLeaks(secret, [await authority.issue(service)], {
    url: `https://x.example.com/${EVERYTHING}`,
    type: SCRIPT,
    source: IMAGE,
  });
  const revoked = await ownerApi.make<{ order: { id: string } }>(
    `/api/v1/tokens/${decodeJwt(token).jti}/revoke`,
    { reason: "token_leaked", note: EVERYTHING.slice(0, 200) },
  );
  for (let call = 0; call < 3; call += 1) await authority.verify(token, registry.verifier, `/${EVERYTHING}`);
  const incident = await ownerApi.make<{ number: number }>("/api/v1/incidents", {
    title: `${SCRIPT}${IMAGE}`,
    note: EVERYTHING,
    tokenIds: [decodeJwt(token).jti],
  });
  await ownerApi.make(`/api/v1/incidents/${incident.number}/notes`, { step: "audit", text: EVERYTHING });
  const stream = await ownerApi.make<{ id: string }>("/api/v1/signal-streams", {
    verifierId: verifier.id,
    events: ["https://schemas.openid.net/secevent/caep/event-type/session-revoked"],
    delivery: "poll",
  });
  const { receiver } = await ownerApi.make<{ receiver: { id: string } }>("/api/v1/signal-receivers", {
    name: `${IMAGE}-${mark}`,
    issuer: "https://idp.example.com",
    jwksUrl: "https://1.1.1.1/jwks",
    audience: SCRIPT,
    subjectBy: "email",
    policies: [
      {
        eventType: "https://schemas.openid.net/secevent/caep/event-type/session-revoked",
        action: "suspend",
        hours: 12,
      },
    ],
  });
  const siem = await ownerApi.make<{ stream: { id: string } }>("/api/v1/event-streams", {
    name: `${SCRIPT}${IMAGE}-${mark}`,
    delivery: "syslog",
    url: "syslog+tls://1.1.1.1:6514",
    sources: ["uses"],
    clientIds: [(await registry.addService({})).id],
  });
  const { admin } = await ownerApi.make<{ admin: { id: string } }>("/api/v1/admins", {
    name: `${SCRIPT}${IMAGE}`,
    email: `evil-admin-${mark}@example.com`,
    role: "auditor",
  });
  const bot = await ownerApi.make<{ token: string }>("/api/v1/api-tokens", {
    name: `${IMAGE}-${mark}`,
    role: "owner",
  });
  const asked = await fetch(`${product.consoleUrl}/api/v1/admins`, {
    method: "POST",
    headers: { authorization: `Bearer ${bot.token}`, "content-type": "application/json" },
    body: JSON.stringify({ email: `asked-${mark}@example.com`, name: BREAKOUT, role: "governor" }),
  });
  expect(asked.status, "it waits for a person").toBe(202);
  const { id: approvalId } = (await asked.json()) as { id: string };
  const acts = await ownerApi.read<{ rows: { id: string }[] }>(`/api/v1/audit-entries?targetId=${user.id}`);
  const { keys } = await ownerApi.read<{ keys: { kid: string }[] }>("/api/v1/keys");
  let detections: { rows: { id: string }[] } = { rows: [] };
  await expect
    .poll(async () => {
      detections = await ownerApi.read(`/api/v1/detections?client=${service.clientId}`);
      return detections.rows.length;
    })
    .toBeGreaterThan(0);
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
    "api-tokens": apiToken.id,
    approvals: approvalId,
    admins: admin.id,
    detections: detections.rows[0]?.id ?? "",
    incidents: String(incident.number),
    keys: keys[0]?.kid ?? "",
    "settings/signals/streams": stream.id,
    "settings/signals/peers": receiver.id,
    "settings/scanners": scanner.id,
    "settings/sign-in": await addDisabledProvider(product, ownerApi, {
      url: product.providerUrls[3],
      name: IMAGE,
    }),
    "settings/event-streams": siem.stream.id,
  };

  const doings = await watch(page);
  // what runs is noticed
  await page.goto("about:blank");
  await page.setContent(IMAGE);
  await expect.poll(() => doings.ran.splice(0)).toEqual(["image"]);

  // forms show what is stored on the pages before them too: every one of them is a matter of the full run
  const routes = listPageRoutes().filter((route) => IS_FULL || !/\/(?:new|edit)$/.test(route));
  const hostile = encodeURIComponent(EVERYTHING);
  const expectInert = (address: string, isThere: boolean, showsIt = false) =>
    test.step(address.slice(0, 60), async () => {
      const status = await visit(page, address);
      if (isThere) expect(status, address).toBe(200);
      if (showsIt)
        await expect.poll(() => shownText(page), `${address} shows what is stored`).toContain("__ran(");
      await expectNothingRan(page, doings, address);
    });
  for (const route of routes)
    await expectInert(addressOf(route, ids), true, route.includes("[") && !OF_OUR_OWN.test(route));
  await expectInert(`/clients/${web.client.id}`, true, true);
  await expectInert("/settings/scanners", true, true);
  for (const address of [
    `/tokens?q=${hostile}`,
    `/users?q=${hostile}&sort=${hostile}`,
    `/sign-in?error=${hostile}&next=${hostile}`,
    `/setup?token=${hostile}`,
    `/audit?${hostile}=${hostile}`,
    `/${hostile}`,
  ])
    await expectInert(address, false);
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
