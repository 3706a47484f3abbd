import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, sql } from "#lib/list-query/sql-fragment.ts";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import { placePlannedOrder } from "#lib/order-plans/place-planned-order.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "#lib/tokens/state-sql.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { askIntrospection } from "./ask.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";
import { outlive, postgresProcesses, signalAll } from "./postgres.ts";
import type { Process } from "./process.ts";

/** Several steps of settling. */
const TOKENS = 60_000;

let instance: Instance;
let mint: Mint;
let template: Minted;

beforeAll(async () => {
  instance = await startInstance({ authorities: 1, database: "own" });
  mint = await openMint(instance);
  [template] = (await mint.families(1)) as [Minted];
});
afterAll(() => instance?.stop());

/** A client with so many tokens on record, each a family of its own. */
async function addClientWithTokens(clientId: string): Promise<string> {
  const options = { kind: "spa", tokenFormat: "opaque", requireConsent: false } as const;
  const { id } = await instance.people.addClient({ ...options, clientId });
  await instance.db.query(
    `INSERT INTO token (id, issued_at, kind, format, client_id, user_id, subject, family_id, parent_id, session_uid, grant_type, scopes, groups,
       roles, audiences, claims, signing_kid, rooted_at, expires_at, ip, user_agent, value_hash)
     SELECT n.id, uuid_extract_timestamp(n.id), 'access', 'opaque', $2::uuid, t.user_id, t.subject, n.id, NULL, NULL, t.grant_type, t.scopes, t.groups,
       t.roles, t.audiences, t.claims, NULL, uuid_extract_timestamp(n.id), t.expires_at, NULL, NULL, sha256(n.id::text::bytea)
     FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, $3::int)) n WHERE t.id = $1::uuid`,
    [template.id, id, TOKENS],
  );
  return id;
}

async function orderOf(clientId: string) {
  const [row] = await instance.db.query<{ id: string; settled: boolean; count: number }>(
    "SELECT id, settled_at IS NOT NULL AS settled, settled_count AS count FROM revocation_order WHERE target_kind = 'client' AND target_id = $1::text",
    [clientId],
  );
  return row;
}

/** Every token of the client is told as revoked, whatever is settled. */
async function countNotRevoked(clientId: string): Promise<number> {
  const now = new Date();
  const { state } = stateSql(await readPendingOrders(instance.db, now), now, 0);
  const rows = await run(
    instance.db,
    sql`SELECT t.id FROM token t ${STATE_JOINS} WHERE t.client_id = ${clientId}::uuid AND ${state} <> 'revoked' LIMIT 10`,
  );
  return rows.length;
}

/** Waits until a part of an order is written down, and not all. */
function isUnderWay(clientId: string): Promise<true> {
  return eventually(async () => {
    const order = await orderOf(clientId).catch(() => undefined);
    return order !== undefined && order.count > 0 ? true : undefined;
  }, 30_000);
}

async function expectSettledOnce(clientId: string): Promise<void> {
  const order = await eventually(async () => {
    const found = await orderOf(clientId);
    return found?.settled ? found : undefined;
  }, 60_000);
  expect(order.count).toBe(TOKENS);
  const [rows] = await instance.db.query<{ count: bigint }>(
    "SELECT count(*) FROM token_standing WHERE revoked_order_id = $1::uuid",
    [order.id],
  );
  expect(rows?.count).toBe(BigInt(TOKENS));
  expect(await countNotRevoked(clientId)).toBe(0);
  expect(await instance.db.query("SELECT order_id FROM order_settling")).toEqual([]);
}

describe("an order over many tokens is written down once and whole, and in force all the while, when", () => {
  test("workers are killed with -9 in the middle of it, again and again", async () => {
    const clientId = await addClientWithTokens("killed-workers");
    let worker: Process = await instance.startWorker();
    await revokeClientTokens(contextAs(instance.db, "responder"), { id: clientId, reason: "test", note: "" });
    for (let kills = 0; kills < 4; kills += 1) {
      await isUnderWay(clientId);
      await wait(randomInt(60));
      await worker.kill();
      if (kills === 0) expect(await orderOf(clientId)).toMatchObject({ settled: false });
      expect(await countNotRevoked(clientId)).toBe(0);
      worker = await instance.startWorker();
    }
    await expectSettledOnce(clientId);
    await worker.kill();
  }, 120_000);

  test("workers are killed with -9 in the middle of a frozen selection: what was written holds, and the rest follows", async () => {
    const clientId = await addClientWithTokens("killed-selection");
    const ctx = contextAs(instance.db, "owner");
    const target = { kind: "selection", filters: { client: "killed-selection" } } as const;
    const plan = await createPlan(ctx, { verb: "revoke", target });
    expect(plan.tokens).toEqual({ value: TOKENS, isExact: true });
    const { order } = await placePlannedOrder(
      { ...ctx, now: new Date() },
      { planId: plan.id, reason: "test", note: "", confirm: plan.confirm ?? undefined },
    );
    const read = async () => {
      const [row] = await instance.db.query<{ settled: boolean; count: number; written: number }>(
        `SELECT o.settled_at IS NOT NULL AS settled, o.settled_count AS count,
           (SELECT coalesce(sum(cardinality(token_ids)), 0)::int FROM selection_chunk c WHERE c.selection_id = o.target_id::uuid AND position IS NOT NULL) AS written
         FROM revocation_order o WHERE o.id = $1::uuid`,
        [order.id],
      );
      return row;
    };
    let worker: Process = await instance.startWorker();
    for (let kills = 0; kills < 3; kills += 1) {
      const from = (await read())?.count ?? 0;
      await eventually(async () => (((await read())?.count ?? 0) > from ? true : undefined), 30_000);
      await wait(randomInt(60));
      await worker.kill();
      const row = await read();
      // a chunk is in the feed, on record and in every list, or in none
      expect(row?.count).toBe(row?.written);
      expect(await countNotRevoked(clientId)).toBe(row?.count === TOKENS ? 0 : 10);
      worker = await instance.startWorker();
    }
    await eventually(async () => ((await read())?.settled ? true : undefined), 60_000);
    expect(await read()).toMatchObject({ count: TOKENS, written: TOKENS });
    expect(await countNotRevoked(clientId)).toBe(0);
    await worker.kill();
  }, 120_000);

  test("PostgreSQL is killed with -9 in the middle of it, and the worker goes on by itself", async () => {
    const clientId = await addClientWithTokens("killed-database");
    const worker = await instance.startWorker();
    await revokeClientTokens(contextAs(instance.db, "responder"), { id: clientId, reason: "test", note: "" });
    await isUnderWay(clientId);
    await outlive(instance, () => signalAll(postgresProcesses(instance).slice(0, 1), "SIGKILL"));
    expect(await countNotRevoked(clientId)).toBe(0);
    await expectSettledOnce(clientId);
    expect(worker.isAlive).toBe(true);
    const secret = instance.registry.verifiers.billing.secret;
    const answer = await askIntrospection(instance.issuer, template.value, secret);
    expect([answer.status, answer.body]).toEqual([200, { active: false }]);
  }, 120_000);
});
