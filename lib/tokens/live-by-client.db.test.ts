import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listClients } from "../clients/list-clients.ts";
import { CLIENTS_TABLE } from "../clients/table.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createSeededRandom } from "../demo/seeded-random.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getOverview } from "../overview/get-overview.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { countByClients } from "./count-by-clients.ts";
import { countLiveTokensInTime } from "./count-live-tokens.ts";
import { listTokens } from "./list-tokens.ts";
import { type LiveOfClient, liveByClient } from "./live-by-client.ts";
import { TOKEN_STATES, type TokenState } from "./model.ts";
import type { NewToken } from "./register.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";
import { tokensTable } from "./table.ts";
import { tallyClients } from "./tally-clients.ts";
import { tallyAll } from "./tally-tokens.ts";
import { contextAs, type Fixture, fixtureOf } from "./token-fixture.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let db: Database;
let fixture: Fixture;
let clients: string[];
/** Tokens of before anything was counted. */
let past: NewToken[][];
/** A client of which all tokens were revoked, long ago. */
let takenBack: string;
const random = createSeededRandom(11);

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
  const now = new Date();
  await db.query("SELECT ensure_partitions($1, $2)", [new Date(now.getTime() - 40 * DAY), now]);
  clients = [await fixture.client("billing"), await fixture.client("ledger"), await fixture.client("idle")];
  past = [await some(24), await some(24), await some(24)];
  takenBack = await fixture.client("taken-back");
  for (const days of [30, 29, 22, 15]) {
    const issuedAt = new Date(Date.now() - days * DAY);
    await revoke(
      await fixture.token({ clientId: takenBack, issuedAt, expiresAt: new Date(issuedAt.getTime() + HOUR) }),
    );
  }
});
afterAll(() => db.end());

const tally = () => tallyClients(db, { lag: "0 seconds", step: 7 });

/** What looking at each token says, by client and kind. */
async function byLooking(now: Date): Promise<LiveOfClient[]> {
  const { state } = stateSql(await readPendingOrders(db, now), now, await readClockSkew(db));
  const rows = await run<Omit<LiveOfClient, "tokens"> & { tokens: bigint }>(
    db,
    sql`SELECT t.client_id AS "clientId", t.kind, count(*) AS tokens FROM token t ${STATE_JOINS} WHERE ${state} = 'active' GROUP BY 1, 2`,
  );
  return sorted(rows.map((row) => ({ ...row, tokens: Number(row.tokens) })));
}

function sorted(rows: readonly LiveOfClient[]): LiveOfClient[] {
  return rows.toSorted((one, other) =>
    `${one.clientId} ${one.kind}`.localeCompare(`${other.clientId} ${other.kind}`),
  );
}

/** Totals of one client's states are those of its tokens, of one kind and of both, and of several states. */
async function expectStatesAsLooked(now: Date): Promise<void> {
  const clientId = clients[0] as string;
  const { state } = stateSql(await readPendingOrders(db, now), now, await readClockSkew(db));
  const looked = await run<{ kind: "access" | "refresh"; state: TokenState; tokens: bigint }>(
    db,
    sql`SELECT t.kind, ${state} AS state, count(*) AS tokens FROM token t ${STATE_JOINS} WHERE t.client_id = ${clientId}::uuid GROUP BY 1, 2`,
  );
  const asked = [...TOKEN_STATES.map((one) => [one]), ["expired", "active"] as const];
  for (const states of asked as TokenState[][])
    for (const kinds of [null, ["refresh"]]) {
      const of = looked.filter((row) => states.includes(row.state) && (kinds?.includes(row.kind) ?? true));
      const counted = await countByClients(
        db,
        kinds,
        { clientIds: [clientId], states },
        { now, timeoutMs: 5_000 },
      );
      expect([states, kinds, counted]).toEqual([
        states,
        kinds,
        of.reduce((sum, { tokens }) => sum + Number(tokens), 0),
      ]);
    }
}

/** Both, which are to be the same; with how many there are, so that nothing is compared with nothing. */
async function expectTheSame(): Promise<number> {
  const now = new Date();
  const counted = await liveByClient(db, { now, clientIds: null });
  expect(counted).not.toBeNull();
  await expectStatesAsLooked(now);
  expect(sorted(counted ?? [])).toEqual(await byLooking(now));
  return (counted ?? []).reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Tokens of the last month, or of this moment. */
async function some(count: number, isNew = false): Promise<NewToken[]> {
  const made: NewToken[] = [];
  for (let n = 0; n < count; n += 1) {
    const ago = isNew ? 0 : random.between(0, 30) * DAY + random.between(0, 20) * HOUR;
    const issuedAt = new Date(Date.now() - ago);
    made.push(
      await fixture.token({
        clientId: clients[n % 2] as string,
        kind: random.chance(0.5) ? "refresh" : "access",
        issuedAt,
        // ended, of today, of tomorrow and of next month
        expiresAt: new Date(
          Math.max(issuedAt.getTime() + 1_000, Date.now() + random.between(-3, 40) * 9 * HOUR),
        ),
      }),
    );
  }
  return made;
}

const revoke = (token: NewToken) =>
  db.query(
    `INSERT INTO token_standing AS s (token_id, revoked_at, revoked_order_id) VALUES ($1, now(), $2)
     ON CONFLICT (token_id) DO UPDATE SET revoked_at = now(), revoked_order_id = excluded.revoked_order_id`,
    [token.id, randomUUID()],
  );
const suspend = (token: NewToken) =>
  db.query("INSERT INTO token_standing (token_id, suspended_at, suspended_order_id) VALUES ($1, now(), $2)", [
    token.id,
    randomUUID(),
  ]);

test("are told only once the worker has counted what was there before", async () => {
  expect(await liveByClient(db, { now: new Date(), clientIds: null })).toBeNull();
  await tally();
  expect(await expectTheSame()).toBeGreaterThan(5);
});

test("are the same as by looking at each token, whatever ended before the count, after it, or both", async () => {
  const [first, second, third] = past as [NewToken[], NewToken[], NewToken[]];
  const end = async (tokens: NewToken[], isTurn: (n: number) => boolean) => {
    for (const [n, token] of tokens.entries()) {
      if (!isTurn(n)) continue;
      if (n % 6 === 1) await suspend(token);
      if (n % 4 === 0 && token.kind === "refresh") await fixture.consume(token, new Date());
      if (n % 3 === 0) await revoke(token);
    }
  };
  await end(first, () => true);
  await expectTheSame();
  await tally();
  await end(second, (n) => n < 12);
  const fresh = await some(12, true);
  await expectTheSame();
  await end(fresh, () => true);
  await expectTheSame();
  await tally();
  // exchanged before the count and revoked after it, and the other way about
  const refresh = third.filter(({ kind }) => kind === "refresh");
  for (const [n, token] of refresh.entries())
    await (n % 2 === 0 ? revoke(token) : fixture.consume(token, new Date()));
  await tally();
  for (const [n, token] of refresh.entries())
    await (n % 2 === 0 ? fixture.consume(token, new Date()) : revoke(token));
  await end(second, (n) => n >= 12);
  await expectTheSame();
  await tally();
  expect(await expectTheSame()).toBeGreaterThan(5);
});

test("are what the list of clients and the overview say, of a client with none too", async () => {
  const now = new Date();
  const looked = await byLooking(now);
  const of = (clientId: string | undefined) =>
    looked.reduce((sum, one) => sum + (one.clientId === clientId ? one.tokens : 0), 0);
  const { rows } = await listClients(contextAs(db, "auditor", now), defaultQuery(CLIENTS_TABLE));
  expect(rows.map((row) => [row.id, row.liveTokens])).toEqual(
    [clients[0], clients[2], clients[1], takenBack].map((id) => [id, of(id)]),
  );
  const overview = await getOverview(contextAs(db, "auditor", now));
  expect(overview.clients.map(({ id, access, refresh }) => [id, access.value + refresh.value])).toEqual(
    clients
      .slice(0, 2)
      .map((id) => [id, of(id)] as const)
      .toSorted(([, one], [, other]) => other - one),
  );
});

test("of a client that was taken back are counted by looking until its order is settled, and are none at once", async () => {
  const responder = contextAs(db, "owner");
  await revokeClientTokens(responder, { id: clients[0] as string, reason: "test", note: "" });
  const now = new Date();
  expect(await liveByClient(db, { now, clientIds: null })).toBeNull();
  const live = await countLiveTokensInTime(db, { by: "client", ids: clients, now });
  expect(live?.(clients[0] as string)).toEqual({ access: 0, refresh: 0 });
  await settleAll(db);
  await expectTheSame();
  await tally();
  expect(await expectTheSame()).toBeGreaterThan(0);
});

test("its expired tokens are none where all of them were revoked, and what came later is found", async () => {
  await tallyAll(db, { lag: "0 seconds" });
  const expired = async () => {
    const query = parseListQueryStrict(tokensTable, { client: "taken-back", state: "expired" });
    const { rows, total } = await listTokens(contextAs(db, "auditor"), query);
    return { ids: rows.map(({ id }) => id), total };
  };
  expect(await expired()).toEqual({ ids: [], total: { value: 0, isExact: true } });
  const issuedAt = new Date();
  const late = await fixture.token({
    clientId: takenBack,
    issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 1),
  });
  expect(await expired()).toEqual({ ids: [late.id], total: { value: 1, isExact: true } });
  await tallyAll(db, { lag: "0 seconds" });
  expect((await expired()).ids, "the worker is about to count it by client").toEqual([late.id]);
  await tally();
  expect((await expired()).ids).toEqual([late.id]);
});
