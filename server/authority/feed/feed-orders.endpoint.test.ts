import { decodeJwt } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "#lib/context.ts";
import { FeedMarks } from "#lib/feed/feed-marks.ts";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import { planInput } from "#lib/order-plans/input.ts";
import { placePlannedOrder } from "#lib/order-plans/place-planned-order.ts";
import { cancelOrder } from "#lib/revocations/cancel-order.ts";
import { restoreTarget } from "#lib/revocations/restore-target.ts";
import { revokeSession } from "#lib/revocations/revoke-session.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { type RunningWorker, startWorker } from "#server/worker/start.ts";
import { discover, logIn, type People, seedPeople } from "../engine/test-people.ts";
import { introspect, issue, revokeAs, startTestInstance, type TestInstance } from "../test-authority.ts";
import { subjectOf, TestReader } from "./test-reader.ts";

let instance: TestInstance;
let people: People;
let worker: RunningWorker;
let readers: TestReader[];
/** Tokens that verifiers hold, whatever became of them. */
const held = new Map<string, string>();

const why = { reason: "policy", note: "kept to ourselves" } as const;
const owner = (): Context => contextAs(instance.db, "owner");
const verifier = (name: "billing" | "ledger" = "billing") => instance.registry.verifiers[name].secret;
const readerAt = (url: string) => new TestReader({ url, issuer: instance.issuer, secret: verifier() });

async function hold(name: string): Promise<string> {
  const token = await issue(instance.urls[held.size % 2] as string, instance.registry.jwtService);
  held.set(name, token);
  return token;
}

async function logInAna(): Promise<string> {
  const { tokens } = await logIn(await discover(instance, people.web));
  held.set(`ana ${held.size}`, tokens.access_token);
  return tokens.access_token;
}

async function order(input: object, confirm?: string) {
  const ctx = owner();
  const plan = await createPlan(ctx, planInput.parse(input));
  return placePlannedOrder({ ...ctx, now: new Date() }, { planId: plan.id, confirm, ...why });
}

async function head(): Promise<number> {
  const [row] = await instance.db.query<{ position: bigint }>("SELECT position FROM feed_head");
  return Number(row?.position);
}

/** Every reader, and one that comes now by a snapshot, says of every token what introspection says. @returns those that are refused. */
async function agreed(): Promise<string[]> {
  const position = await head();
  await expect
    .poll(() => readers.map((reader) => reader.model.position), { timeout: 10_000 })
    .toEqual(readers.map(() => position));
  const newcomer = readerAt(instance.urls[1] as string);
  await newcomer.load();
  expect(readers.map(({ mark }) => mark)).toEqual(readers.map(() => newcomer.mark));
  const refused: string[] = [];
  for (const [name, token] of held) {
    const { active } = (await introspect(instance.issuer, token, verifier())) as { active: boolean };
    const said = [...readers, newcomer].map((reader) => reader.model.standing(subjectOf(token), Date.now()));
    expect([name, ...said.map((standing) => standing === "good")]).toEqual([name, ...said.map(() => active)]);
    if (!active) refused.push(name);
  }
  for (const reader of readers) expect(reader.failure).toBeNull();
  return refused;
}

beforeAll(async () => {
  instance = await startTestInstance(2);
  people = await seedPeople(instance.db);
  for (const authority of instance.authorities) await authority.services.follower.poll();
  worker = await startWorker({ databaseUrl: instance.databaseUrl, log: pino({ level: "silent" }) });
  readers = instance.urls.map(readerAt);
  // one from the very beginning, one by a snapshot
  await readers[1]?.load();
  await Promise.all(readers.map((reader) => reader.connect()));
});
afterAll(async () => {
  for (const reader of readers) reader.drop();
  await worker.stop();
  await instance.stop();
});

test.each([
  ["client", () => ({ kind: "client", id: instance.registry.jwtService.id })],
  ["permission", () => ({ kind: "permission", id: "invoices:write" })],
  ["group", () => ({ kind: "group", id: "Services" })],
  ["audience", () => ({ kind: "audience", id: "billing" })],
  ["token", async () => ({ kind: "token", id: decodeJwt(await hold("suspended token")).jti })],
  ["everything", () => ({ kind: "everything", id: "*" })],
] as const)("a suspended %s is heard of by everybody, and so is its restore", async (kind, targetOf) => {
  const name = `before ${kind}`;
  await hold(name);
  expect(await agreed()).toEqual([]);
  const target = (await targetOf()) as { kind: "client"; id: string };
  await order({ verb: "suspend", target }, kind === "everything" ? "everything" : undefined);
  const after = `after ${kind}`;
  await hold(after);
  const refused = await agreed();
  expect(refused).toContain(kind === "token" ? "suspended token" : name);
  expect(refused).not.toContain(after);
  await restoreTarget(owner(), { target, ...why });
  expect(await agreed()).toEqual([]);
});

test("a suspension ends by itself at its end, without another fact", async () => {
  const token = await hold("for some seconds");
  const target = { kind: "token", id: decodeJwt(token).jti };
  await order({ verb: "suspend", target, suspendedUntil: new Date(Date.now() + 4_000).toISOString() });
  expect(await agreed()).toEqual(["for some seconds"]);
  const position = await head();
  await expect.poll(agreed, { timeout: 20_000 }).toEqual([]);
  expect(await head()).toBe(position);
});

test("a scheduled revocation is heard of before and begins at its instant; one that was called off does not", async () => {
  const { clientId, id } = instance.registry.otherService;
  const token = await issue(instance.issuer, instance.registry.otherService);
  const ledger = async () =>
    ((await introspect(instance.issuer, token, verifier("ledger"))) as { active: boolean }).active;
  const said = () => readers.map((reader) => reader.model.standing(subjectOf(token), Date.now()) === "good");
  const effectiveFrom = new Date(Date.now() + 6_500);
  const placed = await order({
    verb: "revoke",
    target: { kind: "client", id },
    effectiveFrom: effectiveFrom.toISOString(),
  });
  const { order: off } = await order({
    verb: "revoke",
    target: { kind: "client", id: instance.registry.jwtService.id },
    effectiveFrom: effectiveFrom.toISOString(),
  });
  await cancelOrder(owner(), { id: off.id, ...why });
  expect(await agreed()).toEqual([]);
  expect([await ledger(), ...said()]).toEqual([true, true, true]);
  const facts = readers[0]?.batches.flatMap((batch) => batch.facts) ?? [];
  expect(facts).toContainEqual(
    expect.objectContaining({
      order: placed.order.id,
      target: { kind: "client", id: clientId },
      from: effectiveFrom.getTime(),
    }),
  );
  await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(effectiveFrom.getTime());
  expect([await ledger(), ...said()]).toEqual([false, false, false]);
  expect(await agreed()).toEqual([]);
});

test("a user's family, session, all tokens and the key are revoked by what a JWT says of itself", async () => {
  const [ofFamily, ofSession, ofUser] = [await logInAna(), await logInAna(), await logInAna()];
  const claims = [ofFamily, ofSession, ofUser].map((token) => decodeJwt(token));
  const names = [...held]
    .filter(([, token]) => [ofFamily, ofSession, ofUser].includes(token))
    .map(([name]) => name);
  expect(await agreed()).toEqual([]);
  await order({ verb: "revoke", target: { kind: "family", id: claims[0]?.family } });
  expect(await agreed()).toEqual(names.slice(0, 1));
  await revokeSession(owner(), { id: String(claims[1]?.sid), ...why });
  expect(await agreed()).toEqual(names.slice(0, 2));
  await order({ verb: "revoke", target: { kind: "user", id: people.users.ana } });
  expect(await agreed()).toEqual(names);
  for (const name of names) held.delete(name);
  const [key] = await instance.db.query<{ kid: string }>(
    "SELECT kid FROM signing_key WHERE purpose = 'access_token' AND state = 'active'",
  );
  const target = { kind: "signing_key", id: key?.kid ?? "" } as const;
  const reached = [...held.keys()];
  await order({ verb: "suspend", target }, target.id);
  expect(await agreed()).toEqual(reached);
  await restoreTarget(owner(), { target, ...why });
  expect(await agreed()).toEqual([]);
});

test("what a client gives up itself is heard of at once, by both authorities' readers", async () => {
  const token = await hold("given up");
  await revokeAs(instance.urls[1] as string, instance.registry.jwtService, token);
  expect(await agreed()).toEqual(["given up"]);
  held.delete("given up");
});

test("a frozen selection is heard of chunk by chunk as it comes into force, to its last token", async () => {
  const client = await instance.registry.addService("bulk", "jwt", ["invoices:read"]);
  for (const authority of instance.authorities) await authority.services.follower.poll();
  const token = await issue(instance.issuer, client);
  held.set("of the selection", token);
  await instance.db.query(
    `INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at, expires_at,
       value_hash)
     SELECT n.id, uuid_extract_timestamp(n.id), t.kind, t.format, t.client_id, t.subject, n.id, t.grant_type, t.scopes, t.groups, t.roles, t.audiences,
       t.claims, uuid_extract_timestamp(n.id), t.expires_at, sha256(n.id::text::bytea)
     FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, 7000)) n WHERE t.id = $1::uuid`,
    [decodeJwt(token).jti as string],
  );
  held.set("the last", await issue(instance.issuer, client));
  const begun = await head();
  const done = await order({ verb: "suspend", target: { kind: "selection", filters: { client: "bulk" } } });
  await expect.poll(head, { timeout: 20_000 }).toBe(begun + 3);
  await expect.poll(agreed, { timeout: 20_000 }).toEqual(["of the selection", "the last"]);
  await restoreTarget(owner(), { target: { kind: "selection", id: done.order.target.id }, ...why });
  expect(await agreed()).toEqual([]);
  await order({ verb: "revoke", target: { kind: "selection", filters: { client: "bulk" } } });
  await expect.poll(head, { timeout: 20_000 }).toBe(begun + 7);
  await expect.poll(agreed, { timeout: 20_000 }).toEqual(["of the selection", "the last"]);
});

test("two authorities give the same facts, and none holds a name, a reason, a note or an actor", async () => {
  const all = await Promise.all(
    instance.urls.map(async (url) => {
      const reader = readerAt(url);
      while (reader.model.position < (await head())) await reader.poll(0);
      return reader.batches.flatMap((batch) => batch.facts);
    }),
  );
  expect(all[0]).toHaveLength(await head());
  expect(all[1]).toEqual(all[0]);
  const text = JSON.stringify(all[0]);
  for (const secret of ["kept to ourselves", "policy", "@example"]) expect(text).not.toContain(secret);
});

test("every position has a mark of its own, chunks of selections too, and both authorities say what follows from the database", async () => {
  const position = await head();
  const marks = new FeedMarks(instance.db);
  const all = await Promise.all(Array.from({ length: position }, (_, index) => marks.of(index + 1)));
  expect(new Set(all).size).toBe(position);
  expect(await marks.of(0)).toBeNull();
  for (const url of instance.urls)
    for (let after = 0; after < position; after += 1) {
      const reader = readerAt(url);
      reader.model.position = after;
      const { batches } = await reader.poll(0);
      for (const batch of batches) expect(batch.mark).toBe(all[batch.to - 1]);
    }
});

test("a disabled client is told of at once, in full, and by every snapshot, until it is enabled again", async () => {
  const { clientId, id } = instance.registry.opaqueService;
  const disabled = () => readers.map((reader) => reader.disabledClients);
  await instance.db.query("UPDATE client SET disabled_at = now() WHERE id = $1", [id]);
  await expect.poll(disabled, { timeout: 5_000 }).toEqual([[clientId], [clientId]]);
  const newcomer = readerAt(instance.issuer);
  await newcomer.load();
  expect(newcomer.disabledClients).toEqual([clientId]);
  await instance.db.query("UPDATE client SET disabled_at = NULL WHERE id = $1", [id]);
  await expect.poll(disabled, { timeout: 5_000 }).toEqual([[], []]);
});
