import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { planFixtureOf } from "#lib/order-plans/plan-fixture.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { approvalsFixture, ONE, WHY, type Who } from "./test-approvals.ts";

const world = approvalsFixture();
const { send, get, approve, turnOn, apiToken } = world;

describe("an order over many tokens", () => {
  async function tokens(count: number) {
    const fixture = fixtureOf(world.db);
    const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
    const emails = Array.from({ length: count }, () => `${randomUUID().slice(0, 8)}@example.test`);
    const made: string[] = [];
    for (const email of emails)
      made.push((await fixture.token({ clientId, userId: await fixture.user(email) })).id);
    return { clientId, emails, made, target: { kind: "client", id: clientId } };
  }
  const ORDERS = ["POST", "/api/v1/orders"] as const;
  const terms = { reason: "token_leaked", note: "" };
  const planOf = async (who: Who, target: object, verb = "revoke") =>
    (await send(who, ["POST", "/api/v1/plans"], { body: { verb, target } })).body as { id: string };
  const check = (who: Who, id: string) => send(who, ["POST", `${ONE}/check`], { segments: { id } });
  const stateOf = async (id: string) =>
    (await send(world.one, ["GET", "/api/v1/tokens/{id}"], { segments: { id } })).body.state;

  test("waits as its plan in words, names whom it reaches, outlives ten minutes, and leaves alone who came since", async () => {
    await turnOn(["bulk"], 1);
    const { target, made, emails, clientId } = await tokens(3);
    const order = { planId: (await planOf(world.one, target)).id, ...terms };
    expect(await send(world.one, ORDERS, { body: order })).toMatchObject({
      body: { code: "APPROVAL_REQUIRED", kind: "bulk" },
    });
    const { body } = await send(world.one, ORDERS, { body: order, headers: WHY });
    const seen = await get(world.two, String(body.id));
    expect(seen.shown.sentences[0]).toContain("3 tokens of 3 users");
    expect(seen.shown.plan?.users.names.map(({ name }) => name).sort()).toEqual([...emails].sort());
    await world.db.query("UPDATE order_plan SET created_at = created_at - interval '20 minutes'");
    const second = await planOf(world.one, target);
    const later = await send(world.one, ORDERS, { body: { planId: second.id, ...terms }, headers: WHY });
    expect((await approve(world.two, String(body.id))).body).toMatchObject({ state: "done" });
    for (const id of made) expect(await stateOf(id)).toBe("revoked");
    // the same target is revoked now: the other plan would do something else
    expect((await approve(world.two, String(later.body.id))).body.code).toBe("APPROVAL_STALE");
    const more = await tokens(2);
    const third = await send(world.one, ORDERS, {
      body: { planId: (await planOf(world.one, more.target)).id, ...terms },
      headers: WHY,
    });
    const email = `${randomUUID().slice(0, 8)}@example.test`;
    const fixture = fixtureOf(world.db);
    const late = await fixture.token({ clientId: more.clientId, userId: await fixture.user(email) });
    expect(await check(world.two, String(third.body.id))).toMatchObject({
      status: 200,
      body: {
        isStale: false,
        changed: [],
        says: [expect.stringContaining("1 live token of the same target")],
      },
    });
    expect((await get(world.two, String(third.body.id))).shown.sentences.at(-1)).toContain(
      "Sign-ins and tokens that begin after that are no part of it",
    );
    expect((await approve(world.two, String(third.body.id))).body).toMatchObject({ state: "done" });
    for (const id of more.made) expect(await stateOf(id)).toBe("revoked");
    expect(await stateOf(late.id)).toBe("active");
    expect(clientId).not.toBe(more.clientId);
  }, 60_000);

  test("that a verifier came to is stale before anybody approves it, and is asked for again by one click of who asked", async () => {
    await turnOn(["bulk"], 1);
    const fixture = fixtureOf(world.db);
    const audiences = [`api-${randomUUID().slice(0, 8)}`];
    const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
    const made = [await fixture.token({ clientId, audiences }), await fixture.token({ clientId, audiences })];
    const planId = (await planOf(world.one, { kind: "client", id: clientId })).id;
    const asked = await send(world.one, ORDERS, { body: { planId, ...terms }, headers: WHY });
    const id = String(asked.body.id);
    expect((await check(world.one, id)).body).toMatchObject({ isStale: false, says: [] });
    await planFixtureOf(world.db).addVerifier(`late-${id}`, audiences[0] as string);
    const changed = expect.arrayContaining([`verifiers: late-${id}`]);
    expect((await check(world.two, id)).body).toMatchObject({ isStale: true, changed });
    expect(await get(world.two, id), "looking ends nothing").toMatchObject({
      state: "pending",
      may: { decide: true, check: true, askAgain: false },
    });
    const AGAIN = ["POST", `${ONE}/ask-again`] as const;
    for (const who of [world.two, await world.person("responder"), await world.person("auditor")])
      expect((await send(who, AGAIN, { segments: { id } })).status).toBe(403);
    for (const role of ["auditor", "governor"] as const)
      expect((await check(await world.person(role), id)).status).toBe(403);

    expect(await approve(world.two, id)).toMatchObject({ status: 409, body: { code: "APPROVAL_STALE" } });
    expect(await get(world.one, id)).toMatchObject({ state: "stale", may: { askAgain: true }, changed });
    const again = await send(world.one, AGAIN, { segments: { id } });
    const next = String(again.body.id);
    expect(again).toMatchObject({
      status: 201,
      location: `/api/v1/approvals/${next}`,
      body: { state: "pending", reason: "Costs too much – „really“" },
    });
    // one that waits is taken back with it
    const third = await send(world.one, AGAIN, { segments: { id: next } });
    expect((await get(world.one, next)).state).toBe("withdrawn");
    expect((await send(world.one, AGAIN, { segments: { id: next } })).status).toBe(409);
    expect((await approve(world.two, String(third.body.id))).body).toMatchObject({ state: "done" });
    for (const token of made) expect(await stateOf(token.id)).toBe("revoked");
    expect((await check(world.two, String(third.body.id))).status).toBe(409);
  }, 60_000);

  test("does not wait as a suspension; in slices it does, over all API tokens of one person, two at once too", async () => {
    const own = await apiToken(world.one, true);
    await turnOn(["bulk"], 5);
    const wide = await tokens(7);
    const suspended = { planId: (await planOf(world.one, wide.target, "suspend")).id, ...terms };
    expect((await send(world.one, ORDERS, { body: suspended })).status).toBe(201);
    const [a, b, c] = [await tokens(3), await tokens(3), await tokens(2)];
    const orderOf = async (who: Who, { target }: { target: object }) => ({
      planId: (await planOf(who, target)).id,
      ...terms,
    });
    const both = await Promise.all([
      send(world.one, ORDERS, { body: await orderOf(world.one, a) }),
      send(own, ORDERS, { body: await orderOf(own, b) }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 202]);
    expect(await send(world.one, ORDERS, { body: await orderOf(world.one, c) })).toMatchObject({
      status: 201,
    });
    const d = await tokens(1);
    expect(await send(world.one, ORDERS, { body: await orderOf(world.one, d) })).toMatchObject({
      status: 403,
      body: { kind: "bulk" },
    });
    // one token never waits
    const single = await send(world.one, ["POST", "/api/v1/tokens/{id}/revoke"], {
      segments: { id: d.made[0] as string },
      body: terms,
    });
    expect(single.status).toBe(200);
    await world.db.query("DELETE FROM bulk_reach");
    await world.db.query(
      "INSERT INTO bulk_reach (id, person_id, at, tokens) VALUES ($1::uuid, $2::text, now() - interval '24 hours', 5)",
      [randomUUID(), world.one.id],
    );
    expect((await send(world.one, ORDERS, { body: await orderOf(world.one, await tokens(4)) })).status).toBe(
      201,
    );
  }, 60_000);
});

describe("an answer that holds a secret", () => {
  const MAKE = ["POST", "/api/v1/api-tokens"] as const;
  const body = () => ({ name: `bot-${randomUUID()}`, role: "auditor", isUnattended: true });

  test("is for who asked, by the very same request or from the approval's page, once", async () => {
    await turnOn(["keys"]);
    const [first, second] = [body(), body()];
    const asked = [
      await send(world.one, MAKE, { body: first, headers: WHY }),
      await send(world.one, MAKE, { body: second, headers: WHY }),
    ].map((answer) => String(answer.body.id)) as [string, string];
    for (const id of asked) expect((await approve(world.two, id)).body).toMatchObject({ state: "approved" });
    expect((await send(world.two, ["POST", `${ONE}/run`], { segments: { id: asked[0] } })).status).toBe(404);
    const made = await send(world.one, MAKE, { body: first });
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^twk_/) } });
    expect((await send(world.one, MAKE, { body: first })).body.code).toBe("APPROVAL_REQUIRED");
    const ran = await send(world.one, ["POST", `${ONE}/run`], { segments: { id: asked[1] } });
    expect(ran.body).toMatchObject({ result: { token: expect.stringMatching(/^twk_/) } });
    expect((await send(world.one, ["POST", `${ONE}/run`], { segments: { id: asked[1] } })).status).toBe(409);
    const kept = await world.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a UNION ALL SELECT e::text FROM audit_entry e",
    );
    for (const secret of [String(made.body.token), String((ran.body.result as { token: string }).token)])
      expect(kept.some(({ text }) => text.includes(secret))).toBe(false);
  });

  test("is nowhere under an idempotency key either, however it was done", async () => {
    await turnOn(["keys"]);
    const [first, second] = [body(), body()];
    const under = { "idempotency-key": randomUUID() };
    const id = String((await send(world.one, MAKE, { body: first, headers: { ...WHY, ...under } })).body.id);
    await approve(world.two, id);
    const made = await send(world.one, MAKE, { body: first, headers: under });
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^twk_/) } });
    const other = String((await send(world.one, MAKE, { body: second, headers: WHY })).body.id);
    await approve(world.two, other);
    const run = () =>
      send(world.one, ["POST", `${ONE}/run`], {
        segments: { id: other },
        headers: { "idempotency-key": `run-${other}` },
      });
    const ran = await run();
    expect(ran.body).toMatchObject({ result: { token: expect.stringMatching(/^twk_/) } });
    const kept = await world.db.query<{ text: string }>(
      "SELECT k::text AS text FROM idempotency_key k WHERE state = 'answered'",
    );
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const secret of [String(made.body.token), String((ran.body.result as { token: string }).token)])
      expect(kept.some(({ text }) => text.includes(secret))).toBe(false);
    expect(await run()).toMatchObject({ status: 409, body: { code: "SHOWN_ONCE" } });
  });

  test("and a request that holds one is not kept: it is sent again", async () => {
    await turnOn(["streams"]);
    const stream = {
      name: `SIEM-${randomUUID()}`,
      delivery: "webhook",
      url: "http://127.0.0.1:9/ingest",
      authorization: `Bearer ${randomBytes(20).toString("hex")}`,
    };
    const STREAMS = ["POST", "/api/v1/event-streams"] as const;
    const id = String((await send(world.one, STREAMS, { body: stream, headers: WHY })).body.id);
    expect(await get(world.two, id)).toMatchObject({ isKept: false, runBy: "requester" });
    await approve(world.two, id);
    expect((await send(world.one, ["POST", `${ONE}/run`], { segments: { id } })).status).toBe(409);
    expect(
      (await send(world.one, STREAMS, { body: { ...stream, authorization: "Bearer other" } })).status,
    ).toBe(403);
    const [row] = await world.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a WHERE id = $1::uuid",
      [id],
    );
    expect(row?.text).not.toContain(stream.authorization);
    expect((await send(world.one, STREAMS, { body: stream })).status).toBe(201);
    expect((await get(world.one, id)).state).toBe("done");
  });
});
