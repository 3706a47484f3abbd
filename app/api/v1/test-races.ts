import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsoleProcess, isBuilt, startConsoleProcess } from "#app/_lib/test-built-console.ts";
import { proofSubject } from "#lib/approvals/proof-subject.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { addTestPerson, openTestSession, proveFor, type TestPerson } from "./test-people.ts";
import { type Answer, send } from "./test-send.ts";
import { type SessionEnd, waysInThatEnd } from "./test-session-ends.ts";

let db: Database;
let first: ConsoleProcess;
let second: ConsoleProcess;
let asker: TestPerson;
let ann: TestPerson;
let bob: TestPerson;

const codeOf = ({ status, body }: Answer) => (status < 300 ? "done" : String(body.code));

/** Two at once, begun in turn by either, one or a few milliseconds apart as often as together. */
async function race<A, B>(round: number, one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
  const late = async <T>(begin: () => Promise<T>, turns: number) => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    return begin();
  };
  return Promise.all([late(one, (round % 3) * 4), late(other, ((round + 1) % 3) * 4)]);
}

const why = { "approval-reason": "raced" };
const versionOf = async (table: "organisation" | "approval_policy") =>
  (await db.query<{ version: number }>(`SELECT version FROM ${table}`))[0]?.version;
const keptDays = async () =>
  (await db.query<{ days: number }>("SELECT expired_token_days AS days FROM organisation"))[0]?.days;

/** Something that waits: to keep expired tokens for so many days. */
async function askForDays(days: number): Promise<string> {
  const json = { version: await versionOf("organisation"), expiredTokenDays: days, leaving: [] };
  const asked = await ask("retention", { method: "PUT", json });
  expect(asked).toMatchObject({ status: 202 });
  const id = String(asked.body.id);
  for (const who of [ann, bob]) await proveFor(db, who, id);
  return id;
}

/** Asks for a second person, with a proof for this very act. */
async function ask(path: string, sent: { method?: string; json: object }) {
  const { body } = await send(first, asker, path, { ...sent, headers: why });
  await proveFor(db, asker, String(body.subject));
  return send(first, asker, path, { ...sent, headers: why });
}

const decide = (at: ConsoleProcess, who: TestPerson, id: string, verb: "approve" | "decline" | "withdraw") =>
  send(at, who, `approvals/${id}/${verb}`, verb === "withdraw" ? {} : { json: { note: "" } });

/** How often an act was done with an approval, by the log. */
async function doneWith(id: string): Promise<number> {
  const rows = await db.query(
    "SELECT FROM audit_entry WHERE outcome = 'done' AND target_id <> $1::text AND after ->> 'approval' = $1::text",
    [id],
  );
  return rows.length;
}

async function turnOn(kinds: readonly string[]): Promise<void> {
  await db.query("UPDATE approval_policy SET kinds = $1::text[], version = version + 1", [kinds]);
}

const otherOf = (round: number): [ConsoleProcess, ConsoleProcess] =>
  round % 2 === 0 ? [first, second] : [second, first];

/**
 * What two processes of the console are asked at the same moment, of one database: ends of sessions against their use, and approvals against all that ends
 * them. `rounds` of each.
 */
export function describeRaces(rounds: number): void {
  const each = Array.from({ length: rounds }, (_, round) => round);

  beforeAll(async () => {
    if (!isBuilt) return;
    const { url } = await testDatabase();
    process.env.MASTER_KEY = randomBytes(32).toString("base64");
    const env = { API_REQUESTS_PER_SECOND: "10000", CONSOLE_REQUESTS_PER_SECOND: "10000" };
    [first, second] = await Promise.all([
      startConsoleProcess({ databaseUrl: url, env }),
      startConsoleProcess({ databaseUrl: url, env }),
    ]);
    db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
    [asker, ann, bob] = [
      await addTestPerson(db, "owner"),
      await addTestPerson(db, "owner"),
      await addTestPerson(db, "owner"),
    ];
  });
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop()]);
    await db?.end();
  });

  describe.skipIf(!isBuilt)("P14: a session that ends at one process, while it is used at another,", () => {
    const byOthers: Record<string, (at: ConsoleProcess, who: TestPerson) => Promise<Answer>> = {
      "by disabling its admin": (at, { id }) => send(at, asker, `admins/${id}/disable`),
      "by another role": (at, { id }) =>
        send(at, asker, `admins/${id}/role`, { method: "PUT", json: { role: "auditor" } }),
      "by ending all of them": (at, { id }) => send(at, asker, `admins/${id}/end-sessions`),
      "by ending that one": (at, { id, sessionId }) =>
        send(at, asker, `admins/${id}/sessions/${sessionId}/end`),
      "by its admin from elsewhere": async (at, { id }) =>
        send(at, await openTestSession(db, id), "me/end-sessions"),
      "by a new invitation, which takes the password": (at, { id }) =>
        send(at, asker, `admins/${id}/invitation`),
    };
    const ends: [string, SessionEnd][] = [
      ...Object.entries(byOthers).map(([how, end]): [string, SessionEnd] => [
        how,
        async (at, who) => () => end(at, who),
      ]),
      ...Object.entries(waysInThatEnd(() => db)),
    ];

    test.each(ends)("%s, opens nothing from the answer on", async (_how, ready) => {
      const outcomes = new Set<number>();
      for (const round of each) {
        const [here, there] = otherOf(round);
        const who = await addTestPerson(db, "governor");
        const name = `${who.email} acts`;
        const end = await ready(here, who);
        expect((await send(there, who, "me", { method: "GET" })).status).toBe(200);
        const [ended, used] = await race(round, end, () => send(there, who, "groups", { json: { name } }));
        expect(ended.status, JSON.stringify(ended.body)).toBeLessThan(300);
        outcomes.add(used.status);
        for (const at of [there, here])
          expect(await send(at, who, "me", { method: "GET" })).toMatchObject({
            status: 401,
            body: { code: "NOT_SIGNED_IN" },
          });
        expect((await send(there, who, "groups", { json: { name: `${name} again` } })).status).toBe(401);
        // what it was answered is what was done
        const made = await db.query("SELECT FROM user_group WHERE starts_with(name, $1::text)", [name]);
        expect(made.length).toBe(used.status === 201 ? 1 : 0);
      }
      for (const status of outcomes) expect([201, 401, 403]).toContain(status);
    });
  });

  describe.skipIf(!isBuilt)("P14: an approval that two processes are asked about at once", () => {
    test("is approved by one of two people, done once, and the other is told that it is over", async () => {
      await turnOn(["retention"]);
      for (const round of each) {
        const [here, there] = otherOf(round);
        const days = 200 + round;
        const id = await askForDays(days);
        const both = await race(
          round,
          () => decide(here, ann, id, "approve"),
          () => decide(there, bob, id, "approve"),
        );
        expect(both.map(codeOf).toSorted()).toEqual(["ALREADY_ENDED", "done"]);
        expect([await doneWith(id), await keptDays()]).toEqual([1, days]);
      }
    });

    test("is approved or declined, never both: it is done where it was approved, and nowhere else", async () => {
      await turnOn(["retention"]);
      for (const round of each) {
        const [here, there] = otherOf(round);
        const days = 400 + round;
        const id = await askForDays(days);
        const [approved, declined] = await race(
          round,
          () => decide(here, ann, id, "approve"),
          () => decide(there, bob, id, "decline"),
        );
        expect([approved, declined].map(codeOf).toSorted()).toEqual(["ALREADY_ENDED", "done"]);
        const isDone = approved.status === 200;
        expect([await doneWith(id), (await keptDays()) === days]).toEqual([isDone ? 1 : 0, isDone]);
      }
    });

    test("is approved or taken back by who asked, never both", async () => {
      await turnOn(["retention"]);
      for (const round of each) {
        const [here, there] = otherOf(round);
        const days = 600 + round;
        const id = await askForDays(days);
        const [approved, taken] = await race(
          round,
          () => decide(here, ann, id, "approve"),
          () => decide(there, asker, id, "withdraw"),
        );
        expect([approved, taken].map(codeOf).toSorted()).toEqual(["ALREADY_ENDED", "done"]);
        const isDone = approved.status === 200;
        expect([await doneWith(id), (await keptDays()) === days]).toEqual([isDone ? 1 : 0, isDone]);
      }
    });

    test("that is left to who asked is done once, however often it is asked for", async () => {
      for (const round of each) {
        await turnOn(["retention"]);
        const [here, there] = otherOf(round);
        const json = { name: `raced ${round}`, role: "auditor" };
        const asked = await ask("api-tokens", { json });
        expect(asked).toMatchObject({ status: 202 });
        const id = String(asked.body.id);
        await proveFor(db, ann, id);
        expect(await decide(here, ann, id, "approve")).toMatchObject({ body: { state: "approved" } });
        await proveFor(db, asker, proofSubject({ act: "do what was approved", id }));
        const both = await race(
          round,
          () => send(here, asker, "api-tokens", { json }),
          () => send(there, asker, "api-tokens", { json }),
        );
        const codes = both.map(codeOf).toSorted();
        // who comes after it is asked for another approval
        expect([
          ["ALREADY_ENDED", "done"],
          ["APPROVAL_REQUIRED", "done"],
          // one proof is good for one of them
          ["STEP_UP_REQUIRED", "done"],
        ]).toContainEqual(codes);
        const made = await db.query("SELECT FROM api_token WHERE name = $1::text", [json.name]);
        expect([made.length, await doneWith(id)]).toEqual([1, 1]);
      }
    });

    test("is what it was shown to be, or stale, while what wants a second person changes", async () => {
      for (const round of each) {
        await turnOn(["retention", "keys"]);
        const [here, there] = otherOf(round);
        const days = 800 + round;
        const id = await askForDays(days);
        const json = { version: await versionOf("approval_policy"), kinds: ["keys"] };
        const change = await ask("approval-policy", { method: "PATCH", json });
        expect(change).toMatchObject({ status: 202 });
        const policyId = String(change.body.id);
        await proveFor(db, bob, policyId);
        const [approved, changed] = await race(
          round,
          () => decide(here, ann, id, "approve"),
          () => decide(there, bob, policyId, "approve"),
        );
        for (const one of [approved, changed]) expect(["done", "APPROVAL_STALE"]).toContain(codeOf(one));
        const isDone = approved.status === 200;
        expect([await doneWith(id), (await keptDays()) === days]).toEqual([isDone ? 1 : 0, isDone]);
        expect(await doneWith(policyId)).toBe(changed.status === 200 ? 1 : 0);
      }
    });

    test("of two changes of the same, the second approved is stale and changes nothing", async () => {
      for (const round of each) {
        await turnOn(["retention", "keys"]);
        const [here, there] = otherOf(round);
        const version = await versionOf("approval_policy");
        const ids: string[] = [];
        for (const kinds of [["retention"], ["keys"]]) {
          const json = { version, kinds };
          const asked = await ask("approval-policy", { method: "PATCH", json });
          expect(asked).toMatchObject({ status: 202 });
          ids.push(String(asked.body.id));
        }
        const [one = "", other = ""] = ids;
        await proveFor(db, ann, one);
        await proveFor(db, bob, other);
        const both = await race(
          round,
          () => decide(here, ann, one, "approve"),
          () => decide(there, bob, other, "approve"),
        );
        expect(both.map(codeOf).toSorted()).toEqual(["APPROVAL_STALE", "done"]);
        expect((await doneWith(one)) + (await doneWith(other))).toBe(1);
      }
    });
  });
}
