import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEVICE_GRANT } from "#lib/lifetimes/model.ts";
import { introspect, post, startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import { ANA, BEN, discover, PASSWORD, type People, type PeopleClient, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;
let television: PeopleClient;
let config: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  television = await people.addClient({
    clientId: "television",
    kind: "device",
    tokenFormat: "jwt",
    requireConsent: false,
  });
  for (const { services } of instance.authorities) await services.follower.poll();
  config = await discover(instance, television);
});
afterAll(() => instance.stop());

const ask = () => oidc.initiateDeviceAuthorization(config, { scope: "openid invoices:read" });
const field = (html: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";

/** A browser with the page where a code is typed. */
async function atThePage() {
  const browser = new TestBrowser();
  const page = await browser.open(`${instance.issuer}/device`);
  const xsrf = field(await page.response.text(), "xsrf");
  const type = (user_code: string, more: Record<string, string> = {}) =>
    browser.submit(page.url, { xsrf, user_code, ...more });
  return { browser, type };
}

const poll = async (deviceCode: string) => {
  const form = { grant_type: DEVICE_GRANT, client_id: television.clientId, device_code: deviceCode };
  return (await (await post(`${instance.issuer}/oauth/token`, form)).json()) as Record<string, unknown>;
};

test("of two people who confirm one device at once one goes on and lets it in, and the other is told", async () => {
  for (const [one, other] of [
    [ANA, BEN],
    [BEN, ANA],
  ] as const) {
    const asked = await ask();
    const [first, second] = [await atThePage(), await atThePage()];
    for (const { type } of [first, second])
      expect(await (await type(asked.user_code)).response.text()).toContain("Is this your device?");
    const steps = await Promise.all(
      [first, second].map(async ({ browser, type }, index) => {
        const step = await type(asked.user_code, { confirm: "yes" });
        return { browser, step, email: index === 0 ? one : other, html: await step.response.text() };
      }),
    );
    const [winner, ...more] = steps.filter(({ html }) => html.includes('name="password"'));
    expect(more, "both go on").toEqual([]);
    const told = steps.find((step) => step !== winner);
    expect(told?.html).toMatch(/Somebody else answered for this device|This code was used already/);
    if (winner === undefined) throw new Error("nobody goes on");
    const done = await winner.browser.submit(winner.step.url, {
      email: winner.email,
      password: PASSWORD,
      decision: "sign_in",
    });
    let html = await done.response.text();
    if (html.includes('value="allow"'))
      html = await (await winner.browser.submit(done.url, { decision: "allow" })).response.text();
    expect(html).toContain("The device is connected");
    const tokens = await poll(asked.device_code);
    const { secret } = instance.registry.verifiers.billing;
    expect(await introspect(instance.issuer, String(tokens.access_token), secret)).toMatchObject({
      active: true,
      sub: people.users[winner.email === ANA ? "ana" : "ben"],
    });
  }
  const families = await instance.db.query("SELECT id FROM token_family WHERE client_id = $1::uuid", [
    television.id,
  ]);
  expect(families, "each device has one").toHaveLength(2);
});

test("of a hundred codes that are guessed at once no more are looked at than of a hundred one by one, a right one among the rest not either", async () => {
  const asked = await ask();
  const pages = await Promise.all(Array.from({ length: 100 }, () => atThePage()));
  const letters = "BCDFGHJKLMNPQRSTVWXZ";
  const codes = pages.map((_, index) => `BCDF-GH${letters[Math.floor(index / 20)]}${letters[index % 20]}`);
  codes[99] = asked.user_code;
  const startedAt = performance.now();
  const answers = await Promise.all(pages.map(({ type }, index) => type(codes[index] ?? "")));
  const cameBack = Math.ceil((performance.now() - startedAt) / 12_000);
  const lookedAt = answers.filter(({ response }) => response.status !== 429);
  // one comes back each twelve seconds
  expect(lookedAt.length).toBeGreaterThanOrEqual(10);
  expect(lookedAt.length).toBeLessThanOrEqual(10 + cameBack);
  expect(answers[99]?.response.status).toBe(429);
});
