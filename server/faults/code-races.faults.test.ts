import type * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "#server/authority/engine/test-browser.ts";
import {
  discover,
  REDIRECT_URI,
  startAuthorization,
  throughPages,
} from "#server/authority/engine/test-people.ts";
import { post } from "#server/authority/test-authority.ts";
import { askIntrospection, askRefresh, countBy, inTurn } from "./ask.ts";
import { type Instance, startInstance } from "./instance.ts";

const ROUNDS = 100;
const AT_ONCE = 6;

let instance: Instance;
let spa: oidc.Configuration;
let urls: string[];

beforeAll(async () => {
  // a quick machine brings more refusals in a second than an address may have
  const settings = { FAILURES_PER_SECOND: "10000", GARBAGE_PER_SECOND: "10000" };
  instance = await startInstance({ authorities: 2, settings });
  urls = instance.authorities.map((authority) => authority.url);
  spa = await discover(instance, instance.people.spa);
});
afterAll(() => instance?.stop());

type Exchanged = { status: number; body: Record<string, string> };

test("of 100 codes, each used several times at once on two authorities, none is good twice, and all that they gave ends", async () => {
  const browser = new TestBrowser();
  const { clientId } = instance.people.spa;
  await throughPages(browser, (await startAuthorization(spa)).url);
  const secret = instance.registry.verifiers.billing.secret;
  const rounds = await inTurn(Array.from({ length: ROUNDS }), 4, async (_, round) => {
    const { url, verifier } = await startAuthorization(spa);
    const callback = await throughPages(browser, url);
    const form = {
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
      client_id: clientId,
    };
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index): Promise<Exchanged> => {
        const response = await post(`${urls[(index + round) % 2]}/oauth/token`, form);
        return { status: response.status, body: (await response.json()) as Record<string, string> };
      }),
    );
    return answers;
  });
  const kinds = countBy(rounds.flat(), ({ status, body }) => `${status} ${body.error ?? "tokens"}`);
  expect(kinds).toEqual({ "200 tokens": ROUNDS, "400 invalid_grant": ROUNDS * (AT_ONCE - 1) });
  expect(rounds.filter((answers) => answers.filter((one) => one.status === 200).length !== 1)).toEqual([]);

  const winners = rounds.flat().filter((one) => one.status === 200);
  const alive = await inTurn(winners, 8, async ({ body }, index) => {
    const introspections = await Promise.all(
      urls.map((url) => askIntrospection(url, String(body.access_token), secret)),
    );
    const refreshed = await askRefresh(
      urls[index % 2] as string,
      instance.people.spa,
      String(body.refresh_token),
    );
    return [...introspections.map((one) => one.body.active), refreshed.status];
  });
  expect(countBy(alive, (one) => JSON.stringify(one))).toEqual({ "[false,false,400]": ROUNDS });
  const entries = await instance.db.query(
    "SELECT id FROM audit_entry WHERE act = 'authorization_code.replayed'",
  );
  expect(entries).toHaveLength(ROUNDS);
}, 120_000);
