import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEVER_WAITS } from "#app/_lib/declared-acts.ts";
import { type ApprovalDetail, POLICY_KINDS, type PolicyKind } from "#lib/approvals/model.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { WHY } from "./test-approvals.ts";
import type { ApiRequest } from "./test-console.ts";
import { MADE, type Made, requestOf, sendMade, type World } from "./test-made-requests.ts";
import { apiDocument, holdAnswer, type NamedOperation, operationsOf } from "./test-operations.ts";
import { addTestPerson, proveFor, type TestPerson } from "./test-people.ts";
import { samplesOf, startWorld } from "./test-valid-requests.ts";

const document = apiDocument();
const guarded = operationsOf(document).filter(({ operation }) => "x-approval" in operation);
const byName = new Map(operationsOf(document).map((named) => [named.name, named]));

/** Wants tokens by the hundred with a plan of their own, or a database that stood still for days: shown there. */
const ELSEWHERE: Record<string, string> = {
  "PATCH /api/v1/audiences/{id}": "lib/approvals/shorten-again.db.test.ts",
  "PATCH /api/v1/clients/{id}": "lib/approvals/shorten-again.db.test.ts",
  "POST /api/v1/log-retention/releases": "app/api/v1/log-retention.endpoint.test.ts",
};

let world: Awaited<ReturnType<typeof startWorld>>;
/** The kinds that were asked for. */
const driven = new Set<string>();

beforeAll(async () => {
  world = await startWorld();
  world.maker = world.me;
}, 120_000);
afterAll(() => world?.end());

async function turnOn(kinds: readonly string[]): Promise<void> {
  await world.console.db.query("UPDATE approval_policy SET kinds = $1::text[], bulk_tokens = 1", [kinds]);
}

/** A client with a token of each of two users. */
async function clientInUse({ console, ids }: World): Promise<string> {
  const fixture = fixtureOf(console.db);
  const clientId = await fixture.client(`used ${crypto.randomUUID()}`);
  for (const userId of ids.users ?? []) await fixture.token({ clientId, userId });
  return clientId;
}

async function revocationOf(own: World): Promise<Record<string, unknown>> {
  const target = { kind: "client", id: await clientInUse(own) };
  const { id } = await sendMade(own, "POST plans", { body: { verb: "revoke", target } });
  return { planId: id, reason: "test", note: "" };
}

/** What waits of its kind alone, where the request of every day does not. */
const WAITING: Record<string, (own: World) => Promise<Made>> = {
  "POST /api/v1/admins/{id}/disable": async ({ console }) => ({
    segments: { id: (await addTestPerson(console.db, "owner")).id },
  }),
  "POST /api/v1/clients/{id}/revoke": async (own) => ({
    segments: { id: await clientInUse(own) },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/orders": async (own) => ({ body: await revocationOf(own) }),
  "POST /api/v1/incidents/{number}/orders": async (own) => ({
    segments: { number: own.ids.incidents?.[0] ?? "" },
    body: await revocationOf(own),
  }),
  "PATCH /api/v1/approval-policy": async ({ console }) => {
    const [row] = await console.db.query<{ version: number }>("SELECT version FROM approval_policy");
    return { body: { version: row?.version, kinds: ["keys", "exports"] } };
  },
  "DELETE /api/v1/sign-in-providers/{id}": async ({ console, ids }) => {
    const id = ids["sign-in-providers"]?.[0] ?? "";
    await console.db.query(
      "UPDATE sign_in_provider SET disabled_at = coalesce(disabled_at, now()) WHERE id = $1::uuid",
      [id],
    );
    return { segments: { id } };
  },
  "PATCH /api/v1/organisation": async ({ console }) => {
    const [row] = await console.db.query<{ version: number }>("SELECT version FROM organisation");
    return { body: { version: row?.version, sessionIdleSeconds: 1234 } };
  },
};

async function* requestsFor(named: NamedOperation): AsyncGenerator<ApiRequest> {
  const make = WAITING[named.name] ?? MADE[named.name];
  if (make !== undefined) yield requestOf(named, { ...(await make(world)), who: world.me });
  else
    for (const { segments, query, body } of samplesOf(named, world.ids)) {
      const { headers } = requestOf(named, { who: world.me });
      yield {
        ...named,
        role: null,
        query: query ?? "",
        segments: segments ?? {},
        body,
        headers: headers ?? {},
      };
    }
}

const isRemoval = ({ method, name }: NamedOperation) => method === "DELETE" || name.endsWith("/remove");

type Answer = { status: number; body: Record<string, unknown> };

async function answerTo(named: NamedOperation, request: ApiRequest): Promise<Answer> {
  const { status, text } = await holdAnswer(document, named, await world.console.send(request));
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

/** Of who shows, where they are asked to, who they are for this very act. */
async function answerToProven(named: NamedOperation, request: ApiRequest): Promise<Answer> {
  const answer = await answerTo(named, request);
  const { code, subject } = answer.body;
  if (code !== "STEP_UP_REQUIRED" || subject === undefined) return answer;
  await proveFor(world.console.db, world.me, String(subject));
  return answerTo(named, request);
}

const withReason = (request: ApiRequest): ApiRequest => ({
  ...request,
  headers: { ...request.headers, ...WHY },
});

function ofApproval(what: string, who: TestPerson, id: string, body?: unknown): Promise<Answer> {
  const named = byName.get(`${what.split(" ")[0]} /api/v1/approvals/{id}${what.split(" ")[1] ?? ""}`);
  if (named === undefined) throw new Error(`there is no ${what}`);
  return answerTo(
    named,
    requestOf(named, { segments: { id }, who, ...(body === undefined ? {} : { body }) }),
  );
}

function kindOf({ operation }: NamedOperation): PolicyKind | "policy" {
  const { kind } = (operation as { "x-step-up"?: { kind: PolicyKind | "approvals" } })["x-step-up"] ?? {};
  if (kind === undefined) throw new Error("an act waits and nobody is asked who they are");
  return kind === "approvals" ? "policy" : kind;
}

/** Asks until one waits. */
async function ask(named: NamedOperation): Promise<{ request: ApiRequest; seen: ApprovalDetail }> {
  const kind = kindOf(named);
  const refusals: string[] = [];
  await turnOn([]);
  for await (const request of requestsFor(named)) {
    await turnOn([kind === "policy" ? "keys" : kind]);
    const refused = await answerTo(named, request);
    const asked = await answerToProven(named, withReason(request));
    await turnOn([]);
    refusals.push(JSON.stringify([refused.body, asked.body]).slice(0, 900));
    if (asked.status !== 202 || asked.body.kinds === undefined) continue;
    const id = String(asked.body.id);
    const seen = (await ofApproval("GET", world.other, id)).body as unknown as ApprovalDetail;
    expect(seen.state).toBe("pending");
    // what stands so already would do nothing
    if (seen.shown.acts.length + seen.shown.sentences.length === 0) continue;
    expect(refused).toMatchObject({ status: 403, body: { code: "APPROVAL_REQUIRED", kind } });
    driven.add(kind);
    return { request, seen };
  }
  throw new Error([...new Set(refusals)].slice(0, 4).join("\n"));
}

describe("every act that may want a second person waits, is shown, and is done as it was shown", () => {
  const inOrder = guarded
    .filter(({ name }) => ELSEWHERE[name] === undefined && !NEVER_WAITS.has(name))
    // what is taken away is taken away last
    .toSorted((one, other) => Number(isRemoval(one)) - Number(isRemoval(other)));

  test.each(inOrder)("$name", async (named) => {
    const { request, seen } = await ask(named);
    const { id } = seen;
    await turnOn([kindOf(named) === "policy" ? "keys" : kindOf(named)]);
    await proveFor(world.console.db, world.other, id);
    const approved = await ofApproval("POST /approve", world.other, id, { note: "agreed" });
    const isOwn = seen.runBy === "requester";
    expect(approved, JSON.stringify(approved.body)).toMatchObject({
      status: 200,
      body: { state: isOwn ? "approved" : "done" },
    });
    // what asked for it does it itself, by the very same request
    const ran = isOwn ? await answerToProven(named, request) : approved;
    expect(ran.status, JSON.stringify(ran.body)).toBeLessThan(300);
    expect((await ofApproval("GET", world.other, id)).body).toMatchObject({ state: "done" });
    const entries = await world.console.db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE after ->> 'approval' = $1::text ORDER BY sequence",
      [id],
    );
    expect(entries.map(({ act }) => act)).toEqual(seen.shown.acts.map(({ act }) => act));
  });

  // of an API token without the unattended right they do
  test.each(guarded.filter(({ name }) => NEVER_WAITS.has(name)))(
    "but $name, which is done at once",
    async (named) => {
      const told: string[] = [];
      await turnOn([]);
      for await (const request of requestsFor(named)) {
        await turnOn(POLICY_KINDS);
        const { status, body } = await answerTo(named, request);
        expect(body.code).not.toBe("APPROVAL_REQUIRED");
        told.push(JSON.stringify(body));
        if (status < 300) return;
      }
      throw new Error(told.slice(-2).join("\n"));
    },
  );

  test("what is left out is shown elsewhere, by name, and every kind was driven", () => {
    expect(Object.keys(ELSEWHERE).length).toBeLessThanOrEqual(3);
    for (const [name, file] of Object.entries(ELSEWHERE)) {
      expect(guarded.map((one) => one.name)).toContain(name);
      const text = readFileSync(path.join(import.meta.dirname, "../../..", file), "utf8");
      expect(text, file).toMatch(/\bask\(asker|approval-reason|\bWHY\b/);
    }
    expect([...driven].sort()).toEqual([...POLICY_KINDS, "policy"].sort());
  });
});
