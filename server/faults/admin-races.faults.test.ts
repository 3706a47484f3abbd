import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "#lib/audit/record-entry.ts";
import type { Context } from "#lib/context.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { revokeFamily } from "#lib/revocations/revoke-family.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { post } from "#server/authority/test-authority.ts";
import { askIntrospection, askRefresh, inTurn } from "./ask.ts";
import { type Instance, startInstance } from "./instance.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";

const FAMILIES = 40;

let instance: Instance;
let mint: Mint;
let urls: string[];

beforeAll(async () => {
  instance = await startInstance({ authorities: 2 });
  await instance.startWorker();
  mint = await openMint(instance);
  urls = instance.authorities.map((authority) => authority.url);
});
afterAll(() => instance?.stop());

const why = { reason: "token_leaked", note: "" } as const;

/** A suspension as a use case places it: order and entry in one transaction. */
function suspendFamily(ctx: Context, token: Minted): Promise<unknown> {
  return ctx.db.transaction(async (tx) => {
    const target = { kind: "family" as const, id: token.familyId, name: token.familyId };
    const order = await placeOrder(tx, ctx, { verb: "suspend", target, reason: "policy", note: "" });
    await recordEntry(tx, ctx, {
      act: "family.suspended",
      target,
      reason: "policy",
      after: { orderId: order.id },
    });
  });
}

/** All that an admin, or a client, may do to a token at the same moment as others. */
function actsOn(token: Minted, index: number): (() => Promise<unknown>)[] {
  const admin = () => contextAs(instance.db, "responder", new Date());
  return [
    () => revokeToken(admin(), { id: token.id, ...why }),
    () => revokeToken(admin(), { id: token.id, ...why }),
    () => revokeFamily(admin(), { id: token.familyId, ...why }),
    () => suspendFamily(admin(), token),
    () => suspendFamily(admin(), token),
    () => revokeUserTokens(admin(), { id: token.userId, ...why }),
    ...(index % 10 === 0 ? [() => revokeClientTokens(admin(), { id: token.client.id, ...why })] : []),
    async () => {
      const form = { token: token.value, client_id: token.client.clientId };
      expect((await post(`${urls[index % 2]}/oauth/revoke`, form)).status).toBe(200);
    },
  ];
}

async function isDense(statement: string): Promise<boolean> {
  const rows = await instance.db.query<{ n: bigint }>(statement);
  return rows.every((row, index) => row.n === (rows[0]?.n ?? 0n) + BigInt(index));
}

describe("admins and clients who revoke and suspend the same and overlapping targets at once", () => {
  test("all succeed, one after the other: no gap in the feed or the log, and every act on record", async () => {
    const users = await mint.users(FAMILIES / 4);
    const tokens = await inTurn(Array.from({ length: FAMILIES }), 4, async (_, index) => {
      const [token] = await mint.families(1, { userId: users[index % users.length] as string });
      return token as Minted;
    });
    const outcomes = await inTurn(tokens, 3, (token, index) =>
      Promise.allSettled(actsOn(token, index).map((act) => act())),
    );
    const failures = outcomes.flat().filter((one) => one.status === "rejected");
    expect(failures.map((one) => String(one.reason))).toEqual([]);

    expect(await isDense("SELECT position AS n FROM revocation_order ORDER BY position")).toBe(true);
    expect(await isDense("SELECT sequence AS n FROM audit_entry ORDER BY sequence")).toBe(true);
    const [heads] = await instance.db.query<{ feed: boolean; chain: boolean }>(
      `SELECT (SELECT position FROM feed_head WHERE id = 1) = (SELECT max(position) FROM revocation_order) AS feed,
         (SELECT sequence FROM audit_chain WHERE id = 'admin') = (SELECT max(sequence) FROM audit_entry) AS chain`,
    );
    expect(heads).toEqual({ feed: true, chain: true });
    // an act is an order with its entry, or a repetition with its own
    const unrecorded = await instance.db.query(
      `SELECT o.id FROM revocation_order o WHERE o.actor_kind = 'api_token' AND NOT EXISTS (SELECT FROM audit_entry e
         WHERE e.target_kind = o.target_kind AND e.target_id = o.target_id AND e.after ->> 'orderId' = o.id::text)`,
    );
    expect(unrecorded).toEqual([]);
    const [entries] = await instance.db.query<{ count: bigint }>(
      "SELECT count(*) FROM audit_entry WHERE actor_kind = 'api_token'",
    );
    const byTokens = outcomes.reduce((sum, acts) => sum + acts.length - 1, 0);
    expect(entries?.count).toBe(BigInt(byTokens));

    const secret = instance.registry.verifiers.billing.secret;
    const after = await inTurn(tokens, 6, async (token, index) => [
      (await askRefresh(urls[index % 2] as string, token.client, token.value)).body.error,
      (await askIntrospection(urls[index % 2] as string, token.value, secret)).body,
    ]);
    expect(after).toEqual(tokens.map(() => ["invalid_grant", { active: false }]));
  });
});
