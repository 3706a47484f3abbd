import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import type { SqlValue } from "../db/sql.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { createPresentedTokenRevoker } from "../revocations/revoke-presented-tokens.ts";
import { createTokenRegister, type NewToken } from "../tokens/register.ts";
import { FeedFollower } from "./feed-follower.ts";
import { RefusalCounter } from "./refusal-counter.ts";
import { createTokenFinder } from "./registered-token.ts";
import { UsageCounter } from "./usage-counter.ts";
import { createUseRecorder, createUseWriter, type TokenUseRow } from "./use-writer.ts";

let db: Database;
let follower: FeedFollower;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  // no polling to speak of: what the tests see comes from the flush itself
  follower = await FeedFollower.start({ db, databaseUrl: url, pollMs: 3_600_000, onError: () => {} });
});

afterAll(async () => {
  await follower.stop();
  await db.end();
});

function newToken(change: Partial<NewToken> = {}): NewToken {
  const issuedAt = new Date();
  const id = uuidv7(issuedAt);
  return {
    id,
    issuedAt,
    kind: "access",
    format: "jwt",
    clientId: randomUUID(),
    userId: null,
    subject: "reconciler",
    familyId: id,
    parentId: null,
    sessionUid: null,
    grantType: "client_credentials",
    scopes: ["ledger:read", "ledger:write"],
    groups: ['Services, "quoted" {and} \\ odd'],
    roles: [],
    audiences: ["ledger"],
    claims: { tier: "gold" },
    signingKid: "k1",
    rootedAt: issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 600_000),
    ip: "127.0.0.1",
    userAgent: "curl/8",
    valueHash: createHash("sha256").update(id).digest(),
    ...change,
  };
}

function useOf(token: NewToken, refusal: TokenUseRow["refusal"]): TokenUseRow {
  return {
    at: new Date(),
    refusal,
    source: "introspection",
    tokenId: token.id,
    tokenKind: token.kind,
    familyId: token.familyId,
    clientId: token.clientId,
    userId: token.userId,
    subject: token.subject,
    verifierId: null,
    audience: "ledger",
    method: "GET",
    path: "/v1/entries",
    ip: "192.0.2.7",
    userAgent: null,
  };
}

test("a registered token is found by its id with everything that was granted, and its issue is on record", async () => {
  const writer = createUseWriter();
  const register = createTokenRegister(db, writer);
  const tokens = Array.from({ length: 25 }, () => newToken());
  await Promise.all(tokens.map((token) => register.record(token)));
  const find = createTokenFinder(db);
  const found = await Promise.all(tokens.map((token) => find(token.id)));
  for (const [index, token] of tokens.entries()) {
    expect(found[index]).toMatchObject({
      token: {
        id: token.id,
        scopes: token.scopes,
        groups: token.groups,
        claims: token.claims,
        issuedAtMs: token.issuedAt.getTime(),
        rootedAtMs: token.rootedAt.getTime(),
      },
    });
    expect(found[index]?.valueHash.equals(token.valueHash)).toBe(true);
  }
  const [issues] = await db.query<{ count: bigint }>(
    "SELECT count(*) FROM token_use WHERE outcome = 'issued' AND writer_id = $1::uuid",
    [writer.id],
  );
  expect(issues?.count).toBe(25n);
  const [labels] = await db.query<{ count: bigint }>(
    "SELECT count(*) FROM token_label WHERE token_id = $1::uuid",
    [tokens[0]?.id ?? ""],
  );
  expect(labels?.count).toBe(4n);
});

test("finds nothing for an id that is no UUIDv7 or that nobody registered", async () => {
  const find = createTokenFinder(db);
  expect(await find("no-uuid")).toBeNull();
  expect(await find(randomUUID())).toBeNull();
  expect(await find(uuidv7(new Date()))).toBeNull();
});

test("a use is decided under an order that was committed before it was written, though this process had not heard of it", async () => {
  const writer = createUseWriter();
  const token = newToken();
  await createTokenRegister(db, writer).record(token);
  const recorder = createUseRecorder({
    db,
    writer,
    position: () => follower.book.position,
    catchUp: (position) => follower.catchUp(position),
  });
  const subject = { ...token, rootedAtMs: token.rootedAt.getTime() };
  const decide = () => {
    const refusal = follower.book.verdict(subject, Date.now()).isRevoked ? ("revoked" as const) : null;
    return { row: useOf(token, refusal), answer: refusal };
  };
  expect(await recorder.record(decide)).toBeNull();
  await db.transaction((tx) =>
    placeOrder(tx, systemContext(db, "test"), {
      verb: "revoke",
      target: { kind: "token", id: token.id, name: token.id },
      reason: "test",
      note: "",
    }),
  );
  expect(await recorder.record(decide)).toBe("revoked");
  // before the order: the feed may bring it before the use is asked for
  const { position } = follower.book;
  await db.transaction((tx) =>
    placeOrder(tx, systemContext(db, "test"), {
      verb: "revoke",
      target: { kind: "client", id: token.clientId, name: "reports" },
      reason: "test",
      note: "",
    }),
  );
  expect(await recorder.record(decide, true)).toBe("revoked");
  expect(follower.book.position).toBeGreaterThan(position);
  const uses = await db.query<{ outcome: string; refusal: string | null }>(
    "SELECT outcome, refusal FROM token_use WHERE token_id = $1::uuid ORDER BY received_at, flush",
    [token.id],
  );
  expect(uses).toEqual([
    { outcome: "issued", refusal: null },
    { outcome: "allowed", refusal: null },
    { outcome: "refused", refusal: "revoked" },
    { outcome: "refused", refusal: "revoked" },
  ]);
});

test("a light use is on record and answered while the flush of heavy ones is under way, and each is counted once", async () => {
  const writer = createUseWriter();
  const token = newToken();
  await createTokenRegister(db, writer).record(token);
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const written: number[] = [];
  const recorder = createUseRecorder({
    db: {
      query: async <Row extends object>(text: string, values: readonly SqlValue[] = []) => {
        if (values.some((value) => String(value).includes("/heavy"))) await opened;
        return db.query<Row>(text, values);
      },
    },
    writer,
    position: () => follower.book.position,
    catchUp: (position) => follower.catchUp(position),
    onWritten: (rows) => {
      written.push(rows.length);
      writer.ledger.close(rows);
    },
  });
  const decide = (path: string) => () => ({ row: { ...useOf(token, null), path }, answer: path });
  const heavy = Array.from({ length: 3 }, () => recorder.record(decide("/heavy")));
  await new Promise((resolve) => setImmediate(resolve));
  const paths = async () => {
    const rows = await db.query<{ path: string }>(
      "SELECT path FROM token_use WHERE token_id = $1::uuid AND outcome = 'allowed' ORDER BY path",
      [token.id],
    );
    return rows.map(({ path }) => path);
  };
  expect(await recorder.record(decide("/light"), true)).toBe("/light");
  expect(await paths()).toEqual(["/light"]);
  expect(writer.ledger.open).toHaveLength(1);
  open();
  expect(await Promise.all(heavy)).toEqual(["/heavy", "/heavy", "/heavy"]);
  expect(await paths()).toEqual(["/heavy", "/heavy", "/heavy", "/light"]);
  expect([written, writer.ledger.open]).toEqual([[1, 3], []]);
});

test("a client's order reaches what was rooted before it and not what is rooted after", async () => {
  const clientId = randomUUID();
  const older = newToken({ clientId });
  const placed = await db.transaction((tx) =>
    placeOrder(tx, systemContext(db, "test"), {
      verb: "revoke",
      target: { kind: "client", id: clientId, name: "reports" },
      reason: "test",
      note: "",
    }),
  );
  await follower.catchUp(placed.position);
  const newer = newToken({ clientId, rootedAt: new Date(placed.at.getTime() + 1) });
  const verdict = (token: NewToken) =>
    follower.book.verdict({ ...token, rootedAtMs: token.rootedAt.getTime() }, Date.now() + 1_000).isRevoked;
  expect(verdict(older)).toBe(true);
  expect(verdict(newer)).toBe(false);
});

test("tokens that their clients hand in are revoked together, once, with an audit entry each", async () => {
  const writer = createUseWriter();
  const register = createTokenRegister(db, writer);
  const tokens = Array.from({ length: 8 }, () => newToken());
  await Promise.all(tokens.map((token) => register.record(token)));
  const revoke = createPresentedTokenRevoker(db);
  const presented = (token: NewToken, kind: "access" | "refresh" = "access") => ({
    tokenId: token.id,
    familyId: token.familyId,
    kind,
    userId: token.userId,
    client: { id: token.clientId, clientId: "reconciler", name: "Reconciler" },
    requestId: randomUUID(),
    ip: null,
    userAgent: null,
  });
  const first = await Promise.all([...tokens, ...tokens].map((token) => revoke(presented(token))));
  await Promise.all(tokens.map((token) => revoke(presented(token))));
  await follower.catchUp(first[0] as bigint);
  for (const token of tokens) {
    expect(
      follower.book.verdict({ ...token, rootedAtMs: token.rootedAt.getTime() }, Date.now() + 1_000).isRevoked,
    ).toBe(true);
  }
  const ids = tokens.map((token) => token.id);
  const [orders] = await db.query<{ count: bigint }>(
    "SELECT count(*) FROM revocation_order WHERE target_id = ANY ($1::text[])",
    [ids],
  );
  const entries = await db.query<{ sequence: bigint; act: string }>(
    "SELECT sequence, act FROM audit_entry WHERE target_id = ANY ($1::text[]) ORDER BY sequence",
    [ids],
  );
  const [standing] = await db.query<{ count: bigint }>(
    "SELECT count(*) FROM token_standing WHERE token_id = ANY ($1::uuid[]) AND revoked_at IS NOT NULL",
    [ids],
  );
  expect([orders?.count, BigInt(entries.length), standing?.count]).toEqual([8n, 8n, 8n]);
  expect(new Set(entries.map((entry) => entry.act))).toEqual(new Set(["token.revoked"]));
  const positions = await db.query<{ position: bigint }>(
    "SELECT position FROM revocation_order ORDER BY position",
  );
  expect(positions.map((row) => row.position)).toEqual(positions.map((_, index) => BigInt(index + 1)));
});

test("a newcomer reads the same orders as one who followed the feed", async () => {
  const newcomer = await FeedFollower.start({
    db,
    databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    pollMs: 3_600_000,
    onError: () => {},
  });
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head");
  await follower.catchUp(head?.position ?? 0n);
  expect(newcomer.book.position).toBe(follower.book.position);
  expect(newcomer.book.size).toBe(follower.book.size);
  await newcomer.stop();
});

test("a book that has grown is read anew without what has expired since, and misses nothing that was revoked meanwhile", async () => {
  const { url } = await testDatabase();
  const own = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  const register = createTokenRegister(own, createUseWriter());
  const grown = await FeedFollower.start({
    db: own,
    databaseUrl: url,
    pollMs: 3_600_000,
    renewAfter: 40n,
    onError: (error) => expect.unreachable(String(error)),
  });
  const revoke = createPresentedTokenRevoker(own, { onPlaced: (orders) => grown.offer(orders) });
  const take = async (token: NewToken) => {
    await register.record(token);
    const client = { id: token.clientId, clientId: "reconciler", name: "reconciler" };
    const { id: tokenId, familyId } = token;
    const facts = { requestId: randomUUID(), ip: null, userAgent: null };
    await grown.catchUp(await revoke({ tokenId, familyId, kind: "access", userId: null, client, ...facts }));
    return token;
  };
  const isRevoked = (token: NewToken) =>
    grown.book.verdict({ ...token, rootedAtMs: token.rootedAt.getTime() }, Date.now()).isRevoked;
  const over = { expiresAt: new Date(Date.now() - 1_000) };
  const before = grown.book;
  const expired = await Promise.all(Array.from({ length: 30 }, () => take(newToken(over))));
  const live = await Promise.all(Array.from({ length: 20 }, () => take(newToken())));
  // a notification may have led to it already: the fortieth order is one of the live ones
  await grown.poll();
  const meanwhile: NewToken[] = [];
  for (let count = 0; grown.book === before && count < 200; count += 1)
    meanwhile.push(await take(newToken()));
  expect(grown.book).not.toBe(before);
  expect(grown.book.size).toBe(20 + meanwhile.length);
  expect([...live, ...meanwhile].every(isRevoked)).toBe(true);
  expect(expired.some(isRevoked)).toBe(false);
  await grown.stop();
  await own.end();
});

test("last use and counts gather by token; a refused attempt is no use", async () => {
  const token = newToken();
  const usage = new UsageCounter(db, createUseWriter(), (error) => expect.unreachable(String(error)));
  usage.count([useOf(token, "revoked")]);
  await usage.flush();
  const read = () =>
    db.query<{ last: Date | null; uses: bigint; refused: bigint }>(
      "SELECT last_used_at AS last, use_count AS uses, refused_count AS refused FROM token_usage WHERE token_id = $1::uuid",
      [token.id],
    );
  expect(await read()).toEqual([{ last: null, uses: 0n, refused: 1n }]);
  const use = useOf(token, null);
  usage.count([use, use]);
  await usage.stop();
  expect(await read()).toEqual([{ last: use.at, uses: 2n, refused: 1n }]);
});

test("garbage is counted by asker, address and minute, and many addresses share one row", async () => {
  const refusals = new RefusalCounter(db, (error) => expect.unreachable(String(error)));
  const at = new Date("2026-11-01T10:00:30Z");
  for (let index = 0; index < 5_000; index += 1)
    refusals.count("gateway", `2001:db8::${index.toString(16)}`, "malformed", at);
  refusals.count("gateway", "2001:db8::1", "malformed", at);
  await refusals.stop();
  const [sum] = await db.query<{ rows: bigint; count: bigint }>(
    "SELECT count(*) AS rows, sum(count)::bigint AS count FROM refused_count WHERE verifier_id = 'gateway'",
  );
  expect(sum?.count).toBe(5_001n);
  expect(Number(sum?.rows)).toBeLessThanOrEqual(2_001);
});

test("evidence cannot be rewritten by the application", async () => {
  for (const statement of [
    "UPDATE token_use SET outcome = 'allowed'",
    "DELETE FROM audit_entry",
    "UPDATE token SET expires_at = now() + interval '1 year'",
    "TRUNCATE token_use",
    "UPDATE token_standing SET revoked_at = NULL",
    "UPDATE revocation_order SET cutoff = cutoff - interval '1 day'",
    "DELETE FROM revocation_order",
    "DROP TABLE partitions.token_default",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
  ])
    await expect(db.query(statement), statement).rejects.toThrow();
});
