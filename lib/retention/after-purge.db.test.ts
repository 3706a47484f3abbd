import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { listActivity } from "../audit/list-activity.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { activityTable, tokenUsesTable } from "../audit/table.ts";
import { testContexts } from "../db/test-context.ts";
import { lowestUuidv7, uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { settleChunk } from "../revocations/settle-selection.ts";
import { countTokensExactly } from "../tokens/count-tokens.ts";
import { getToken } from "../tokens/get-token.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { type TokensQuery, tokensTable } from "../tokens/table.ts";
import { tallyClients } from "../tokens/tally-clients.ts";
import { tallyTimes } from "../tokens/tally-times.ts";
import { tallyAll } from "../tokens/tally-tokens.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { readBook } from "../verification/read-orders.ts";
import { findPurgedToken } from "./find-purged-token.ts";
import { dateOf } from "./model.ts";
import { purgeRegister } from "./purge-register.ts";
import { type PastRegister, pastRegisterOf } from "./retention-fixture.ts";
import { sweepPurged } from "./sweep-purged.ts";

const world = testContexts();
const open: PastRegister[] = [];
let past: PastRegister;
let clientId: string;

beforeEach(async () => {
  past = pastRegisterOf(world.db);
  open.push(past);
  await past.makePartitions(25, 20);
  clientId = await past.fixture.client("reconciler");
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.end()));
});

async function rowsOf(table: string): Promise<number> {
  return (await world.db.query(`SELECT FROM ${table}`)).length;
}

describe("after a week has left", () => {
  test("totals are exact, whatever the tally had counted by then", async () => {
    for (let n = 0; n < 5; n += 1) await past.token({ clientId, scopes: ["a"], issuedAt: past.at(20) });
    await past.token({ clientId, scopes: ["a"], issuedAt: past.at(3) });
    await tallyAll(world.db);
    const token = await past.token({ clientId, scopes: ["a"], issuedAt: past.at(20) });
    for (const table of [
      "token_usage (token_id, last_used_at, use_count)",
      "token_standing (token_id, revoked_at)",
    ])
      await world.db.query(`INSERT INTO ${table} VALUES ($1, now()${table.includes("usage") ? ", 1" : ""})`, [
        token.id,
      ]);
    await tallyTimes(world.db, { lag: "0 seconds" });
    await tallyClients(world.db, { lag: "0 seconds" });
    const fresh = await past.fixture.token({ clientId, scopes: ["a"] });
    await purgeRegister(past.retention);
    const [tally] = await world.db.query<{ tokens: bigint }>(
      "SELECT sum(tokens)::bigint AS tokens FROM token_tally WHERE facet = 'scope'",
    );
    expect(tally?.tokens).toBe(1n);
    const ctx = contextAs(world.db, "auditor");
    expect(await countTokensExactly(ctx, {})).toEqual({ value: 2, isExact: true });
    expect(await countTokensExactly(ctx, { permission: ["a"] })).toEqual({ value: 2, isExact: true });
    const exactly = async (filters: TokensQuery["filters"]) => (await countTokensExactly(ctx, filters)).value;
    expect(await exactly({ neverUsed: true })).toBe(2);
    expect(await exactly({ state: ["revoked"] })).toBe(0);
    expect(await exactly({ state: ["expired"] })).toBe(1);
    expect(await exactly({ state: ["active"] })).toBe(1);
    const [{ weeks } = { weeks: [] }] = await world.db.query<{ weeks: Date[] }>(
      "SELECT array_agg(DISTINCT week) AS weeks FROM token_time_tally",
    );
    expect(weeks).toEqual([past.weekAgo(3)]);
    const byClient = await world.db.query<{ week: Date }>("SELECT DISTINCT week FROM token_client_tally");
    expect(byClient.map(({ week }) => week)).toEqual([past.weekAgo(3)]);
    await tallyTimes(world.db, { lag: "0 seconds" });
    expect(await exactly({ state: ["active"] })).toBe(1);
    const { rows } = await listTokens(ctx, {
      ...defaultQuery(tokensTable),
      filters: {},
      sort: { key: "expires", direction: "desc" },
    });
    expect(rows[0]?.id).toBe(fresh.id);
    expect(rows).toHaveLength(2);
  });

  test("the log tells whose a use is also when its token's issue has left the log before it", async () => {
    const userId = await past.fixture.user("ben@example.test");
    await past.token({ clientId, issuedAt: past.at(20) });
    await purgeRegister(past.retention);
    const gone = new Date(Math.floor(past.at(19).getTime() / 86_400_000) * 86_400_000);
    await past.retention.query(
      `INSERT INTO purged_use_day (day, left_at, uses, unsealed, bytes, kept_days, checkpoint) VALUES ($1::timestamptz, now(), 1, 0, 1, 30, 1)`,
      [gone],
    );
    const usedAt = new Date(gone.getTime() + 2 * 86_400_000);
    const tokenId = uuidv7(gone);
    await world.db.query(
      `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, writer_id, flush, ordinal, salt)
       VALUES ($1::uuid, $2::timestamptz, $2::timestamptz, 'refused', 'expired', 'refresh', $3::uuid, 'refresh', $3::uuid, $4::uuid, $5::uuid, $5::text, gen_random_uuid(), 1, 0, '\\x00112233445566778899aabbccddeeff')`,
      [uuidv7(usedAt), usedAt, tokenId, clientId, userId],
    );
    const ctx = contextAs(world.db, "auditor");
    const { rows } = await listTokenUses(ctx, {
      ...defaultQuery(tokenUsesTable),
      filters: { user: ["ben@example.test"] },
    });
    expect(rows.map((row) => row.token.id)).toEqual([tokenId]);
  });

  test("the log still tells whose the tokens were and what was done about them (mistake 11)", async () => {
    const userId = await past.fixture.user("ana@example.test");
    const token = await past.token({ clientId, userId, issuedAt: past.at(20) });
    await past.fixture.token({ clientId, userId });
    const responder = contextAs(world.db, "responder");
    await revokeToken(responder, { id: token.id, reason: "test", note: "" });
    await purgeRegister(past.retention);
    const ctx = contextAs(world.db, "auditor");
    for (const filters of [{ user: ["ana@example.test"] }, { client: ["reconciler"] }]) {
      const { rows } = await listTokenUses(ctx, { ...defaultQuery(tokenUsesTable), filters });
      expect(rows.map((row) => row.token.id)).toContain(token.id);
      expect(rows).toHaveLength(2);
    }
    const family = await listTokenUses(ctx, {
      ...defaultQuery(tokenUsesTable),
      filters: { family: token.familyId },
    });
    expect(family.rows.map((row) => row.token.id)).toEqual([token.id]);
    const story = await listActivity(ctx, { ...defaultQuery(activityTable), filters: { token: token.id } });
    expect(story.rows.map((row) => (row.kind === "use" ? row.use.outcome : row.entry.act))).toEqual([
      "token.revoked",
      "issued",
    ]);
    await expect(getToken(ctx, token.id)).rejects.toMatchObject({
      code: "GONE",
      message: expect.stringContaining("with the week of"),
    });
    expect(await findPurgedToken(ctx, token.id)).toMatchObject({
      week: dateOf(past.weekAgo(20)),
      issued: { kind: "access", client: { clientId: "reconciler" }, user: { email: "ana@example.test" } },
      orders: [{ verb: "revoke" }],
    });
    const stranger = lowestUuidv7(past.at(20));
    expect(await findPurgedToken(ctx, stranger)).toBeNull();
    await expect(getToken(ctx, stranger)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("an authority that starts holds no order upon them, and a selection that comes into force later leaves them out", async () => {
    const gone = await past.token({ clientId, issuedAt: past.at(20) });
    const live = await past.fixture.token({ clientId });
    const responder = contextAs(world.db, "responder");
    for (const { id } of [gone, live]) await revokeToken(responder, { id, reason: "test", note: "" });
    const selectionId = uuidv7(new Date());
    await world.db.query(
      "INSERT INTO selection (id, filters, size, created_at) VALUES ($1, '{}', 2, now())",
      [selectionId],
    );
    await world.db.query(
      "INSERT INTO selection_chunk (selection_id, number, token_ids) VALUES ($1, 0, $2::uuid[])",
      [selectionId, [gone.id, live.id]],
    );
    expect((await readBook(world.db, new Date())).size).toBe(1);
    await purgeRegister(past.retention);
    const book = await readBook(world.db, new Date());
    expect(book.size).toBe(1);
    expect(book.position).toBe(2n);
    const order = {
      id: uuidv7(new Date()),
      verb: "suspend",
      targetId: selectionId,
      effectiveFrom: new Date(),
    };
    await world.db.transaction((tx) => settleChunk(tx, order as OrderRecord, true));
    expect(await world.db.query("SELECT token_id AS id FROM selection_token")).toEqual([{ id: live.id }]);
    expect(await world.db.query("SELECT token_id AS id FROM token_standing")).toEqual([{ id: live.id }]);
  });

  test("an authority that starts holds no order upon families of which no token is left, and all upon the others", async () => {
    const family = async (expiresAt: Date) => {
      const id = uuidv7(past.at(20));
      await world.db.query(
        "INSERT INTO token_family (id, client_id, rooted_at, expires_at) VALUES ($1, $2, $3, $4)",
        [id, clientId, past.at(20), expiresAt],
      );
      return id;
    };
    const [gone, later, renewable] = [
      await family(past.at(19)),
      await family(past.at(16)),
      await family(new Date(Date.now() + 86_400_000)),
    ];
    for (const familyId of [gone, later, renewable])
      await past.token({ clientId, familyId, issuedAt: past.at(20) });
    await past.token({ clientId, familyId: later, issuedAt: past.at(16), days: 40 });
    const ownId = uuidv7(past.at(20));
    await past.token({ clientId, id: ownId, familyId: ownId, issuedAt: past.at(20) });
    const own = await past.fixture.token({ clientId });
    const responder = contextAs(world.db, "responder");
    const families = [gone, later, renewable, ownId, own.familyId];
    for (const id of families)
      await world.db.transaction((tx) =>
        placeOrder(tx, responder, {
          verb: "revoke",
          target: { kind: "family", id, name: id },
          reason: "test",
          note: "",
        }),
      );
    expect((await readBook(world.db, new Date())).size).toBe(5);
    await purgeRegister(past.retention);
    const book = await readBook(world.db, new Date());
    expect([book.size, book.position]).toEqual([3, 5n]);
    const subject = (familyId: string, id = uuidv7(new Date())) => ({
      id,
      familyId,
      sessionUid: null,
      userId: null,
      clientId,
      scopes: [],
      groups: [],
      audiences: [],
      signingKid: null,
      rootedAtMs: Date.now(),
    });
    for (const [id, isRevoked] of [
      [gone, false],
      [ownId, false],
      [later, true],
      [renewable, true],
      [own.familyId, true],
    ] as const)
      expect(book.verdict(subject(id), Date.now()), id).toMatchObject({ isRevoked });
  });

  test("the last use that an authority still writes is taken away by a later run", async () => {
    const token = await past.token({ clientId, issuedAt: past.at(20) });
    await purgeRegister(past.retention);
    await world.db.query("INSERT INTO token_usage (token_id, use_count) VALUES ($1, 1)", [token.id]);
    await world.asOwner("UPDATE purged_week SET left_at = left_at - interval '11 minutes'");
    expect(await sweepPurged(past.retention)).toBe(1);
    expect(await world.db.query("SELECT FROM purged_week WHERE swept_at IS NULL")).toEqual([]);
    expect(await sweepPurged(past.retention)).toBe(0);
  });

  test("a full disk gets its room back at once; what is written for the rest waits", async () => {
    const token = await past.token({ clientId, issuedAt: past.at(20) });
    await world.db.query("INSERT INTO token_usage (token_id, use_count) VALUES ($1, 1)", [token.id]);
    const isDiskFull = () => true;
    expect(await purgeRegister(past.retention, { isDiskFull })).toMatchObject({ tokens: 1, swept: 0 });
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 0, swept: 1 });
  });

  test("a family with a token in a later week keeps its row", async () => {
    const familyId = uuidv7(past.at(20));
    await world.db.query(
      "INSERT INTO token_family (id, client_id, rooted_at, expires_at) VALUES ($1, $2, $3, $4)",
      [familyId, clientId, past.at(20), past.at(16)],
    );
    await past.token({ clientId, familyId, issuedAt: past.at(20) });
    await past.token({ clientId, familyId, issuedAt: past.at(16), days: 40 });
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 1 });
    expect(await rowsOf("token_family")).toBe(1);
  });
});
