import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askIntrospection, askRefresh, countBy, inTurn } from "./ask.ts";
import { type Instance, startInstance } from "./instance.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";

let instance: Instance;
let mint: Mint;
let urls: string[];

beforeAll(async () => {
  // all of it comes from one address, which nobody else's failures may throttle: what is asked here is who wins
  const settings = { FAILURES_PER_SECOND: "10000", GARBAGE_PER_SECOND: "10000" };
  instance = await startInstance({ authorities: 2, settings });
  mint = await openMint(instance);
  urls = instance.authorities.map((authority) => authority.url);
});
afterAll(() => instance?.stop());

const urlOf = (index: number) => urls[index % urls.length] as string;

/** So many refreshes of one token at once, in turn on each authority. */
function atOnce(token: Minted, count: number) {
  return Promise.all(
    Array.from({ length: count }, (_, index) => askRefresh(urlOf(index), token.client, token.value)),
  );
}

describe("50 refreshes of one token at once, of 200 tokens, on two authorities", () => {
  test("have one winner a token, all others are refused, and nothing fails inside", async () => {
    const tokens = await mint.families(200);
    const answers = await inTurn(tokens, 8, (token) => atOnce(token, 50));
    const kinds = countBy(answers.flat(), ({ status, body }) => `${status} ${body.error ?? "tokens"}`);
    expect(kinds).toEqual({ "200 tokens": 200, "400 invalid_grant": 9_800 });
    expect(answers.filter((each) => each.filter((one) => one.status === 200).length !== 1)).toEqual([]);

    const families = tokens.map((token) => token.familyId);
    const orders = await instance.db.query<{ count: bigint }>(
      "SELECT count(*) FROM revocation_order WHERE verb = 'revoke' AND target_id = ANY ($1::text[]) GROUP BY target_id",
      [families],
    );
    expect(countBy(orders, (row) => String(row.count))).toEqual({ "1": 200 });
    const entries = await instance.db.query(
      "SELECT id FROM audit_entry WHERE act = 'refresh_token.replayed' AND target_id = ANY ($1::text[])",
      [families],
    );
    expect(entries).toHaveLength(200);
    const uses = await instance.db.query<{ outcome: string; uses: bigint }>(
      "SELECT outcome, count(*) AS uses FROM token_use WHERE source = 'refresh' AND token_id = ANY ($1::uuid[]) GROUP BY 1 ORDER BY 1",
      [tokens.map((token) => token.id)],
    );
    expect(uses).toEqual([
      { outcome: "allowed", uses: 200n },
      { outcome: "refused", uses: 9_800n },
    ]);
    // the second use ended the family, and with it what the winner got
    const secret = instance.registry.verifiers.billing.secret;
    const winners = answers.flatMap((each) => each.filter((one) => one.status === 200));
    const standing = await inTurn(winners, 8, ({ body }, index) =>
      askIntrospection(urlOf(index), String(body.access_token), secret),
    );
    expect(standing.filter(({ body }) => JSON.stringify(body) !== '{"active":false}')).toEqual([]);
  }, 240_000);
});

describe("refreshes of one token, as many as can wait,", () => {
  test("leave connections to everybody else: introspections and other refreshes go on", async () => {
    const secret = instance.registry.verifiers.billing.secret;
    const [flooded, ...others] = await mint.families(41);
    const first = await askRefresh(urlOf(0), (others[0] as Minted).client, (others[0] as Minted).value);
    const access = String(first.body.access_token);
    let isOver = false;
    const flood = Promise.all(
      Array.from({ length: 240 }, () =>
        askRefresh(urlOf(0), (flooded as Minted).client, (flooded as Minted).value),
      ),
    ).finally(() => {
      isOver = true;
    });
    const introspections = [];
    const refreshes = [];
    for (const other of others.slice(1)) {
      introspections.push(await askIntrospection(urlOf(0), access, secret));
      refreshes.push(await askRefresh(urlOf(0), other.client, other.value));
      if (isOver) break;
    }
    const answers = await flood;
    expect(countBy(answers, (one) => String(one.status))).toEqual({ "200": 1, "400": 239 });
    expect(introspections.length).toBeGreaterThan(0);
    expect(countBy(introspections, (one) => `${one.status} ${one.body.active}`)).toEqual({
      "200 true": introspections.length,
    });
    expect(countBy(refreshes, (one) => String(one.status))).toEqual({ "200": refreshes.length });
    console.info(
      `while 240 refreshes of one token ran: ${introspections.length} introspections, the slowest ${Math.round(Math.max(...introspections.map((one) => one.ms)))} ms;`,
      `the slowest other refresh ${Math.round(Math.max(...refreshes.map((one) => one.ms)))} ms`,
    );
  });
});
