import { createHash, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { compromiseKey } from "../keys/compromise-key.ts";
import { openKeyRing } from "../keys/key-fixture.ts";
import { listKeys } from "../keys/list-keys.ts";
import { planEmergency } from "../keys/plan-emergency.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { MAIL_SETTINGS_TARGET, readMailRecord } from "../mail/mail-settings.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { askForApproval, type GuardedRequest } from "./ask-approval.ts";
import { breakGlass } from "./break-glass.ts";
import { getApproval } from "./get-approval.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { tryOut } from "./try-out.ts";

const world = testContexts();
const { makeAdmin, openSession } = sessionFixture(() => world.db, Date.now());
const why = { reason: "test", note: "" } as const;

/** Another process upon the running test's database. */
async function withPool<T>(maxConnections: number, work: (db: Database) => Promise<T>): Promise<T> {
  const { connectionString } = world.db.pool.options as { connectionString: string };
  const db = openDatabase({ url: connectionString, role: "app", maxConnections, applicationName: "test" });
  return work(db).finally(() => db.end());
}

/** An automation that asks a person for each act. */
function attended(db: Database, personId: string): Context {
  const ctx = contextAs(db, "owner");
  return { ...ctx, actor: { ...ctx.actor, isUnattended: false, personId } as Context["actor"] };
}

/** A client of a web application with more tokens than one may revoke unasked. */
async function bigClient(): Promise<string> {
  const fixture = fixtureOf(world.db);
  const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
  await world.db.query(
    "UPDATE client SET grant_types = '{authorization_code}', kind = 'web', redirect_uris = '{https://app.example.com/}' WHERE id = $1::uuid",
    [clientId],
  );
  await Promise.all(Array.from({ length: 101 }, () => fixture.token({ clientId })));
  return clientId;
}

function guardedBy(name: string, act: (ctx: Context) => Promise<unknown>): GuardedRequest {
  return {
    summary: "Revokes",
    method: "POST",
    path: "/api/v1/x",
    permission: null,
    request: { params: {}, query: "", body: { name } },
    digest: createHash("sha256").update(name).digest(),
    runBy: "approver",
    act,
  };
}

const revokes = (id: string) => (ctx: Context) => revokeClientTokens(ctx, { id, ...why });

/** Holds the sign-on sessions, which what remains is read from, until told to let go. */
async function holdSessions(): Promise<() => Promise<void>> {
  const { connectionString } = world.db.pool.options as { connectionString: string };
  const owner = openDatabase({
    url: connectionString,
    role: "owner",
    maxConnections: 1,
    applicationName: "test",
  });
  let letGo = () => {};
  const until = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((isHeld, fails) => {
    ended = owner
      .transaction(async (tx) => {
        await tx.query("LOCK TABLE protocol_state IN ACCESS EXCLUSIVE MODE");
        isHeld();
        await until;
      })
      .catch(fails);
  });
  return async () => {
    letGo();
    await ended;
    await owner.end();
  };
}

async function prove(ctx: Context, { digest }: GuardedRequest): Promise<void> {
  if (ctx.actor.kind !== "admin") throw new Error("only a person proves");
  await world.db.query(
    "INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, $3::timestamptz, 'totp')",
    [ctx.actor.sessionId, digest.toString("hex").slice(0, 32), ctx.now],
  );
}

test("twenty dry runs at once on three connections are all answered", async () => {
  const { id: personId } = await makeAdmin();
  const clientId = await bigClient();
  await withPool(3, async (db) => {
    const ctx = attended(db, personId);
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        askForApproval(ctx, guardedBy(`run ${n}`, revokes(clientId)), { kind: "bulk", reason: "A leak" }),
      ),
    );
    expect(new Set(asked.map(({ id }) => id)).size).toBe(20);
    expect(db.pool.totalCount).toBeLessThanOrEqual(3);
  });
});

test("an order upon a client without a plan is shown as one by plan: whom it reaches, who called, and that it is not undone", async () => {
  const { id: personId } = await makeAdmin();
  const clientId = await bigClient();
  const ctx = attended(world.db, personId);
  const { id: planId } = await createPlan(ctx, { verb: "revoke", target: { kind: "client", id: clientId } });
  const [one, other] = await Promise.all([
    askForApproval(ctx, guardedBy("direct", revokes(clientId)), { kind: "bulk", reason: "A leak" }),
    askForApproval(
      ctx,
      guardedBy("by plan", (own) => placePlannedOrder(own, { planId, ...why })),
      { kind: "bulk", reason: "A leak" },
    ),
  ]);
  const [direct, planned] = await Promise.all([getApproval(ctx, one), getApproval(ctx, other)]);
  expect(direct.shown.plan).toMatchObject({ tokens: { value: 101, isExact: true } });
  expect(direct.shown.plan).toEqual(planned.shown.plan);
  expect(direct.summary).toBe(planned.summary);
  const told = (sentences: string[]) => sentences.map((one) => one.replace(/\d{4}-.* UTC/, "then"));
  expect(told(direct.shown.sentences)).toEqual(told(planned.shown.sentences));
  expect(direct.shown.sentences.join(" ")).toContain("This cannot be undone");
});

test("a dry run and a bounded read in it need no second connection", async () => {
  const { id: personId } = await makeAdmin();
  const clientId = await bigClient();
  await withPool(1, async (db) => {
    const { acts } = await tryOut(attended(db, personId), "bulk", revokes(clientId));
    expect(acts).toMatchObject([{ act: "client.tokens_revoked", after: { liveTokens: 101 } }]);
  });
});

test("a read that takes too long inside of a transaction is given up alone, and leaves its settings as they were", async () => {
  await withPool(1, async (db) => {
    const ctx = contextAs(db, "owner");
    const kept = await inOneTransaction(ctx, ["retention"], async (inner, tx) => {
      await tx.query("UPDATE organisation SET expired_token_days = 231 WHERE id = 1");
      const settings = () =>
        tx.query("SELECT current_setting('statement_timeout') AS t, current_setting('enable_seqscan') AS s");
      const before = await settings();
      const [slow, quick, none] = await Promise.all([
        withinTime(inner.db, sql`SELECT pg_sleep(5)`, 50, "lookups"),
        withinTime<{ n: bigint; s: string }>(
          inner.db,
          sql`SELECT ${7}::bigint AS n, current_setting('enable_seqscan') AS s`,
          5_000,
          "lookups",
        ),
        withinTime(inner.db, sql`SELECT 1`, 0),
      ]);
      expect(slow).toBeNull();
      expect(quick).toEqual([{ n: 7n, s: "off" }]);
      expect(none).toBeNull();
      await expect(withinTime(inner.db, sql`SELECT 1 / 0`, 1_000)).rejects.toThrow(/division by zero/);
      expect(await settings()).toEqual(before);
      return true;
    });
    expect(kept).toBe(true);
    expect(await db.query("SELECT expired_token_days AS days FROM organisation")).toEqual([{ days: 231 }]);
  });
});

test("a dry run does not wait for what only its answer would say, and holds up no other revocation", async () => {
  const { id: personId } = await makeAdmin();
  const clientId = await bigClient();
  const fixture = fixtureOf(world.db);
  const other = await fixture.token({ clientId: await fixture.client("other") });
  const letGo = await holdSessions();
  try {
    const trial = askForApproval(attended(world.db, personId), guardedBy("one", revokes(clientId)), {
      kind: "bulk",
      reason: "A leak",
    });
    trial.catch(() => {});
    // it is in its transaction by then
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startMs = performance.now();
    const done = await revokeToken(contextAs(world.db, "responder"), { id: other.id, ...why });
    expect(done.wasPlaced).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect((await trial).state).toBe("pending");
  } finally {
    await letGo();
  }
});

test("without a second person the answer is found within a moment, or said not to be known", async () => {
  const clientId = await bigClient();
  await makeAdmin();
  const me = (await openSession(await makeAdmin(), 0))(10);
  const act = revokes(clientId);
  const guarded = { ...guardedBy("glass", act), act };
  await prove(me, guarded);
  const letGo = await holdSessions();
  try {
    const startMs = performance.now();
    const done = await breakGlass(me, guarded, { kind: "bulk", reason: "They are in" });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(done).toMatchObject({ wasPlaced: true, reached: { tokens: 101, isExact: true } });
    expect(done.remains).toContainEqual(
      expect.objectContaining({ kind: "client_sign_on", count: 0, isExact: false }),
    );
  } finally {
    await letGo();
  }
});

test("who saves the settings of e-mail while an act is told of waits for it, and both end", async () => {
  await world.db.query(
    "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
  );
  await makeAdmin();
  const me = (await openSession(await makeAdmin(), 0))(10);
  let saved: Promise<unknown> = Promise.resolve();
  const target = { kind: "organisation", id: "1", name: "The organisation" } as const;
  const act = (ctx: Context) =>
    ctx.db.transaction(async (tx) => {
      await recordEntry(tx, ctx, { act: "organisation.updated", target });
      // as `saveMailSettings`: the settings, then the log
      saved = world.db.transaction(async (own) => {
        await readMailRecord(own, "update");
        await recordEntry(own, contextAs(world.db, "owner"), {
          act: "mail_settings.updated",
          target: MAIL_SETTINGS_TARGET,
        });
      });
      saved.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
  const guarded = { ...guardedBy("mail", act), act };
  await prove(me, guarded);
  await breakGlass(me, guarded, { kind: "retention", reason: "The disk is full" });
  await saved;
  expect(await world.lastEntry()).toMatchObject({ act: "mail_settings.updated" });
  expect(await world.db.query("SELECT kind FROM mail")).toHaveLength(1);
});

test("two who save the settings of e-mail alone at the same moment wait for each other: neither is cut off", async () => {
  const saver = async (name: string) => {
    const me = (await openSession(await makeAdmin(), 0))(10);
    const act = (ctx: Context) =>
      ctx.db.transaction(async (tx) => {
        const { version } = await readMailRecord(tx, "update");
        await tx.query("UPDATE mail_settings SET version = version + 1 WHERE id = 1");
        await recordEntry(tx, ctx, { act: "mail_settings.updated", target: MAIL_SETTINGS_TARGET });
        return version;
      });
    const guarded = { ...guardedBy(name, act), act };
    await prove(me, guarded);
    return () => breakGlass(me, guarded, { kind: "streams", reason: "The server is gone" });
  };
  const savers = await Promise.all(Array.from({ length: 6 }, (_, n) => saver(`saver ${n}`)));
  const versions = await Promise.all(savers.map((save) => save()));
  expect(new Set(versions).size).toBe(6);
});

test("a dry run of an emergency leaves the figures of the keys' page as they were", async () => {
  const ring = await openKeyRing();
  try {
    const [kid] = (await ring.kidsIn("active")) as [string];
    const fixture = fixtureOf(ring.db);
    const clientId = await fixture.client("billing");
    await fixture.token({ clientId, signingKid: kid });
    await fixture.token({ clientId, signingKid: kid });
    const owner = ring.as("owner");
    // planned by another process: this one has kept no figure yet
    const { plan } = await planEmergency({ ...owner, db: ring.other }, { kid });
    const pass = await tryOut(ring.again(owner), "keys", async (ctx) => {
      const { key } = await compromiseKey(ctx, ring.wrapper, {
        kid,
        planId: plan.id,
        confirm: plan.confirm ?? "",
        reason: "key_compromise",
        note: "found in a backup",
      });
      expect(key.liveTokens, "nobody counted, and nobody says that it is none").toBeNull();
    });
    expect(pass.acts.map(({ act }) => act)).toContain("key.compromised");
    const row = (await listKeys(ring.as("auditor"))).find((one) => one.kid === kid);
    expect(row).toMatchObject({ state: "active", liveTokens: { value: 2, isExact: true } });
  } finally {
    await ring.end();
  }
});
