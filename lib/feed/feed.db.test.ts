import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createSeededRandom } from "../demo/seeded-random.ts";
import { uuidv7 } from "../ids.ts";
import { loadRegistry, type RegistrySnapshot } from "../registry/snapshot.ts";
import type { OrderSubject, TargetKind, Verb } from "../revocations/model.ts";
import { placeOrder } from "../revocations/place-order.ts";
import type { NewToken } from "../tokens/register.ts";
import { type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { readBook, readFeedAfter } from "../verification/read-orders.ts";
import { factOf } from "./fact.ts";
import { InstanceRecorder } from "./instance-recorder.ts";
import { purgeFeed } from "./purge-feed.ts";
import { readFactDetails } from "./read-fact-details.ts";
import { readHead, readSnapshot } from "./read-snapshot.ts";
import { FeedModel } from "./test-feed-model.ts";

let db: Database;
let url: string;
let fixture: Fixture;

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
});
afterAll(() => db.end());

async function asOwner(statement: string): Promise<void> {
  const owner = openDatabase({ url, role: "owner", maxConnections: 1, applicationName: "test" });
  await owner.query(statement).finally(() => owner.end());
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Terms = { verb?: Verb; effectiveFrom?: Date; expiresAt?: Date; cancelsId?: string; at?: Date };

async function order(kind: TargetKind, id: string, { verb = "revoke", at, cancelsId, ...terms }: Terms = {}) {
  const ctx = systemContext(db, "test", at ?? new Date());
  const target = { kind, id, name: "x", cancelsId };
  return db.transaction((tx) => placeOrder(tx, ctx, { verb, target, reason: "test", note: "", ...terms }));
}

async function registry(): Promise<RegistrySnapshot> {
  return loadRegistry(db);
}

async function readFacts(after: bigint) {
  const entries = await readFeedAfter(db, after, 10_000);
  const details = await readFactDetails(db, entries, await registry());
  return entries.map((entry) => factOf(entry, details));
}

async function newcomer(now = new Date()): Promise<FeedModel> {
  const model = new FeedModel();
  const head = await readHead(db);
  for await (const part of readSnapshot({ db, head, now, registry: await registry() })) model.load(part);
  model.position = Number(head);
  return model;
}

/** A token as its claims tell of it. */
function subjectOf(token: NewToken, clientId: string): OrderSubject {
  return { ...token, clientId, rootedAtMs: token.rootedAt.getTime() };
}

describe("facts", () => {
  test("a token's tells when the token is over, a family's not before a token that was on its way", async () => {
    const clientId = await fixture.client(`c-${randomUUID()}`);
    const token = await fixture.token({ clientId, expiresAt: new Date(Date.now() + 20 * MINUTE) });
    const long = await fixture.token({ clientId, expiresAt: new Date(Date.now() + 23 * HOUR) });
    const after = await readHead(db);
    const placed = [
      await order("token", token.id),
      await order("family", token.familyId),
      await order("family", long.familyId),
    ];
    const [ofToken, ofFamily, ofLong] = await readFacts(after);
    expect(ofToken).toMatchObject({
      order: placed[0]?.id,
      expires: Math.ceil(token.expiresAt.getTime() / 1_000),
    });
    // the longest lifetime of the organisation is an hour
    const begun = (placed[1] as { at: Date }).at.getTime() / 1_000;
    expect((ofFamily as { expires: number }).expires).toBeGreaterThanOrEqual(begun + 3_600);
    expect((ofFamily as { expires: number }).expires).toBeLessThanOrEqual(begun + 3_600 + 120);
    expect(ofLong).toMatchObject({ expires: Math.ceil(long.expiresAt.getTime() / 1_000) });
  });

  test("one upon many tells when the last token is over that can have been given out before it, a key's and a restore's do not", async () => {
    const clientId = await fixture.client(`c-${randomUUID()}`);
    const after = await readHead(db);
    const { at } = (await order("client", clientId)) as { at: Date };
    await order("permission", "invoices:read");
    await order("signing_key", "k1");
    const facts = await readFacts(after);
    const longest = at.getTime() / 1_000 + 24 * 3_600;
    for (const fact of facts.slice(0, 2)) {
      expect((fact as { expires: number }).expires).toBeGreaterThanOrEqual(longest);
      expect((fact as { expires: number }).expires).toBeLessThanOrEqual(longest + 3_600 + 60);
    }
    expect(facts[2]).not.toHaveProperty("expires");
  });

  test("a client that was registered after the registry was read is named all the same", async () => {
    const before = await registry();
    const name = `late-${randomUUID()}`;
    const clientId = await fixture.client(name);
    const after = await readHead(db);
    await order("client", clientId);
    const entries = await readFeedAfter(db, after, 10);
    const details = await readFactDetails(db, entries, before);
    expect(factOf(entries[0] as (typeof entries)[number], details)).toMatchObject({
      target: { kind: "client", id: name },
    });
  });
});

describe("a snapshot", () => {
  test.each([1, 2, 3])(
    "decides about every live token as the register does, now and later (world %i)",
    async (seed) => {
      const { next: random, pick } = createSeededRandom(seed);
      const names = await Promise.all([0, 1, 2].map(() => `c-${randomUUID()}`));
      const clients = await Promise.all(
        names.map(async (name) => ({ name, id: await fixture.client(name) })),
      );
      const marks = [0, 1, 2].map((n) => `${seed}-${n}`);
      const userIds = await Promise.all(
        marks.map((mark) => fixture.user(`${randomUUID()}-${mark}@example.test`)),
      );
      const tokens: { token: NewToken; client: (typeof clients)[number] }[] = [];
      const issue = async (rootedAt?: Date) => {
        const client = pick(clients);
        const token = await fixture.token({
          clientId: client.id,
          userId: pick(userIds),
          sessionUid: `session-${pick(marks)}`,
          scopes: [`p-${pick(marks)}`],
          groups: [`g-${pick(marks)}`],
          audiences: [`a-${pick(marks)}`],
          signingKid: `k-${pick(marks)}`,
          ...(rootedAt && { rootedAt }),
        });
        tokens.push({ token, client });
      };
      for (let n = 0; n < 40; n += 1) await issue();
      const scheduled: { id: string; kind: TargetKind; target: string }[] = [];
      const targetOf = (kind: TargetKind): string => {
        const { token } = pick(tokens);
        const mark = pick(marks);
        switch (kind) {
          case "token":
            return token.id;
          case "family":
            return token.familyId;
          case "user":
            return pick(userIds);
          case "client":
            return pick(clients).id;
          case "session":
            return `session-${mark}`;
          case "permission":
            return `p-${mark}`;
          case "group":
            return `g-${mark}`;
          case "audience":
            return `a-${mark}`;
          case "signing_key":
            return `k-${mark}`;
          default:
            return "*";
        }
      };
      const kinds = [
        "token",
        "token",
        "token",
        "family",
        "session",
        "user",
        "client",
        "permission",
        "group",
        "audience",
        "signing_key",
      ] as const;
      for (let n = 0; n < 60; n += 1) {
        const kind = pick(kinds);
        const target = targetOf(kind);
        const dice = random();
        if (dice < 0.25) await order(kind, target);
        else if (dice < 0.45) await order(kind, target, { verb: "suspend" });
        else if (dice < 0.55)
          await order(kind, target, { verb: "suspend", expiresAt: new Date(Date.now() + 10 * MINUTE) });
        else if (dice < 0.75) await order(kind, target, { verb: "restore" });
        else if (dice < 0.9) {
          const effectiveFrom = new Date(Date.now() + 20 * MINUTE);
          const placed = await order(kind, target, { verb: pick(["revoke", "suspend"]), effectiveFrom });
          scheduled.push({ id: placed.id, kind, target });
        } else if (scheduled.length > 0) {
          const off = scheduled.splice(0, 1)[0] as (typeof scheduled)[number];
          await order(off.kind, off.target, { verb: "cancel", cancelsId: off.id });
        }
        if (random() < 0.3) await issue();
      }
      for (let n = 0; n < 10; n += 1) await issue();
      const book = await readBook(db, new Date());
      const model = await newcomer();
      const standings = new Set<string>();
      for (const inMs of [0, 12 * MINUTE, 25 * MINUTE]) {
        const at = Date.now() + inMs;
        for (const { token, client } of tokens) {
          const truth = book.verdict({ ...token, rootedAtMs: token.rootedAt.getTime() }, at);
          const said = model.standing(subjectOf(token, client.name), at);
          standings.add(said);
          expect([said, token.id, inMs]).toEqual([
            truth.isRevoked ? "revoked" : truth.isSuspended ? "suspended" : "good",
            token.id,
            inMs,
          ]);
        }
      }
      // the world has all of it, or nothing was tested
      expect([...standings].sort()).toEqual(["good", "revoked", "suspended"]);
    },
  );

  test("leaves out what can no longer be presented, refresh tokens, and orders from before every live token", async () => {
    const fresh = openDatabase({
      url: (await testDatabase()).url,
      role: "app",
      maxConnections: 2,
      applicationName: "test",
    });
    const outer = db;
    db = fresh;
    try {
      const own = fixtureOf(fresh);
      const clientId = await own.client("short");
      const now = Date.now();
      const past = (ms: number) => new Date(now - ms);
      const live = await own.token({ clientId });
      const gone = await own.token({ clientId, issuedAt: past(HOUR), expiresAt: past(10 * MINUTE) });
      const ending = await own.token({ clientId, issuedAt: past(HOUR), expiresAt: past(MINUTE) });
      const refresh = await own.token({ clientId, kind: "refresh" });
      for (const { id } of [live, gone, ending, refresh]) await order("token", id);
      await order("user", randomUUID(), { verb: "suspend", expiresAt: past(10 * MINUTE) });
      const suspended = randomUUID();
      await order("user", suspended, { verb: "suspend" });
      await order("user", suspended, { verb: "restore" });
      await order("group", "kept");
      // placed two days ago: whatever it reached has expired
      await fresh.query(
        `WITH head AS (UPDATE feed_head SET position = position + 1 RETURNING position)
         INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, effective_from, actor_kind, actor_id,
           actor_name, created_at) SELECT uuidv7(), position, 'revoke', 'group', 'old', 'x', $1, 'test', $1, 'system', 'x', 'x', $1 FROM head`,
        [past(48 * HOUR)],
      );
      const model = await newcomer();
      // two tokens and one fact
      expect(model.size).toBe(3);
      const subject = (token: NewToken) => subjectOf(token, "short");
      expect(model.standing(subject(live), now)).toBe("revoked");
      // a verifier's clock may be behind
      expect(model.standing(subject(ending), now - 2 * MINUTE)).toBe("revoked");
      expect(
        model.standing({ ...subject(live), id: uuidv7(now), familyId: uuidv7(now), groups: ["kept"] }, now),
      ).toBe("revoked");
    } finally {
      db = outer;
      await fresh.end();
    }
  });

  test("is cut into parts that are bounded, however many tokens there are", async () => {
    const fresh = openDatabase({
      url: (await testDatabase()).url,
      role: "app",
      maxConnections: 2,
      applicationName: "test",
    });
    try {
      const own = fixtureOf(fresh);
      const clientId = await own.client("many");
      const first = await own.token({ clientId });
      await fresh.query(
        `INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at,
           expires_at, value_hash)
         SELECT n.id, uuid_extract_timestamp(n.id), t.kind, t.format, t.client_id, t.subject, n.id, t.grant_type, t.scopes, t.groups, t.roles, t.audiences,
           t.claims, uuid_extract_timestamp(n.id), t.expires_at, sha256(n.id::text::bytea)
         FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, 25000)) n WHERE t.id = $1::uuid`,
        [first.id],
      );
      await fresh.query(
        `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, reason, effective_from, actor_kind, actor_id, actor_name,
           created_at, settled_at)
         SELECT uuidv7(), row_number() OVER (ORDER BY id), 'revoke', 'token', id::text, 'x', 'test', now(), 'system', 'x', 'x', now(), now() FROM token`,
      );
      await fresh.query("UPDATE feed_head SET position = 25001");
      const parts: number[] = [];
      const reading = {
        db: fresh,
        head: await readHead(fresh),
        now: new Date(),
        registry: await loadRegistry(fresh),
      };
      for await (const part of readSnapshot(reading)) parts.push(part.token.length / 20);
      expect(parts).toEqual([10_000, 10_000, 5_001]);
    } finally {
      await fresh.end();
    }
  });
});

describe("what instances say of themselves", () => {
  let verifierId: string;
  beforeEach(async () => {
    verifierId = uuidv7(new Date());
    await db.query("INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())", [
      verifierId,
      `v-${verifierId}`,
    ]);
  });
  const report = {
    agent: "test/1.0",
    mode: "strict",
    maxStalenessSeconds: 60,
    accepted: 5,
    refused: 2,
    stale: 1,
    lost: 0,
    latencyP50Us: 40,
    latencyP99Us: 90,
  } as const;
  const acknowledged = () =>
    db.query<{ position: bigint; at: Date }>(
      "SELECT position, at FROM feed_acknowledgement WHERE verifier_id = $1 ORDER BY position",
      [verifierId],
    );
  const instances = () => db.query("SELECT * FROM verifier_instance WHERE verifier_id = $1", [verifierId]);

  test("a position that moved is a row at once; what moves within the second is one more, of the last of it", async () => {
    const recorder = new InstanceRecorder(db, (error) => {
      throw error;
    });
    const instanceId = randomUUID();
    const at = new Date();
    const positions = async () => (await acknowledged()).map((row) => Number(row.position));
    recorder.saw({ verifierId, instanceId, way: "feed", at, position: 1, report });
    await recorder.flush();
    for (let position = 2; position <= 50; position += 1)
      recorder.saw({ verifierId, instanceId, way: "feed", at, position, report });
    await expect.poll(positions).toEqual([1, 50]);
    const [row] = await instances();
    expect(row).toMatchObject({
      way: "feed",
      agent: "test/1.0",
      position: 50n,
      accepted: 5n,
      latency_p99_us: 90,
    });
    await recorder.stop();
  });

  test("the same position said again is no row, and what is seen without a report leaves what was reported", async () => {
    const recorder = new InstanceRecorder(db, () => {});
    const instanceId = randomUUID();
    const since = new Date();
    recorder.saw({ verifierId, instanceId, way: "feed", at: since, position: 7, report });
    await recorder.flush();
    recorder.saw({ verifierId, instanceId, way: "feed", at: new Date(), position: 7, report });
    recorder.saw({ verifierId, instanceId, way: "feed", at: new Date(), stream: { since, isOver: false } });
    await recorder.stop();
    expect(await acknowledged()).toHaveLength(1);
    const [row] = await instances();
    expect(row).toMatchObject({
      agent: "test/1.0",
      accepted: 5n,
      position: 7n,
      connected_at: since,
      disconnected_at: null,
    });
    const again = new InstanceRecorder(db, () => {});
    again.saw({ verifierId, instanceId, way: "feed", at: new Date(), stream: { since, isOver: true } });
    await again.stop();
    expect((await instances())[0]).toMatchObject({ disconnected_at: expect.any(Date), accepted: 5n });
  });

  test("what could not be written is written by the next try, and an unknown verifier holds up nobody", async () => {
    await asOwner("REVOKE INSERT ON verifier_instance FROM tokenwarden_app");
    const errors: unknown[] = [];
    const recorder = new InstanceRecorder(db, (error) => errors.push(error));
    recorder.saw({ verifierId, instanceId: randomUUID(), way: "poll", at: new Date(), position: 3 });
    recorder.saw({
      verifierId: randomUUID(),
      instanceId: randomUUID(),
      way: "poll",
      at: new Date(),
      position: 3,
    });
    await recorder.flush();
    expect([errors.length, (await acknowledged()).length]).toEqual([1, 0]);
    await asOwner("GRANT INSERT ON verifier_instance TO tokenwarden_app");
    await recorder.stop();
    expect((await acknowledged()).map((row) => Number(row.position))).toEqual([3]);
  });

  test("is gone after 30 days, and not before", async () => {
    const recorder = new InstanceRecorder(db, () => {});
    const [old, young] = [randomUUID(), randomUUID()];
    const day = 24 * HOUR;
    recorder.saw({
      verifierId,
      instanceId: old,
      way: "feed",
      at: new Date(Date.now() - 31 * day),
      position: 1,
    });
    recorder.saw({
      verifierId,
      instanceId: young,
      way: "feed",
      at: new Date(Date.now() - 29 * day),
      position: 1,
    });
    await recorder.stop();
    expect(await purgeFeed(db, new Date())).toEqual({ acknowledgements: 1, instances: 1 });
    expect((await instances()).map((row) => row.instance_id)).toEqual([young]);
    expect(await acknowledged()).toHaveLength(1);
  });
});
