import { expect, test } from "vitest";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { offerPasskeySignIn } from "../passkeys/offer-sign-in.ts";
import { TestAuthenticator } from "../passkeys/test-authenticator.ts";
import { proveStepUp } from "../step-up/prove-step-up.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { REFUSAL_PACE } from "./refusal-pace.ts";
import { refuseSignIn } from "./refuse-sign-in.ts";
import { signIn } from "./sign-in.ts";
import { signInWithPasskey } from "./sign-in-with-passkey.ts";
import { tellLeftOut } from "./tell-left-out.ts";

const world = testContexts();
const { means, at, makeAdmin, openSession } = sessionFixture(() => world.db);
const PASSWORD = "correct horse battery";

type Refusal = { name: string; error: string; note: string; leftOut: number };

const refusals = (act = "admin.sign_in_refused") =>
  world.db.query<Refusal>(
    `SELECT target_name AS name, error_code AS error, note, coalesce((after ->> 'leftOut')::int, 0) AS "leftOut"
     FROM audit_entry WHERE act = $1::text ORDER BY sequence`,
    [act],
  );

async function leftOutNow(): Promise<number> {
  const [row] = await world.db.query<{ sum: number }>(
    "SELECT coalesce(sum(left_out), 0)::int AS sum FROM sign_in_refusal",
  );
  return row?.sum ?? 0;
}

/** All that were refused, written or not. */
async function sum(): Promise<number> {
  const rows = await refusals();
  return rows.reduce((all, { leftOut }) => all + leftOut, 0) + rows.length + (await leftOutNow());
}

function nobody(seconds: number, ip = "198.51.100.7"): Context {
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  return { ...world.as("owner"), actor, now: at(seconds), ip };
}

/** So many, some at once: all of them together would wait for connections and for the password's hash longer than anything waits. */
async function tries(count: number, attempt: (n: number) => Promise<unknown>) {
  const outcomes: PromiseSettledResult<unknown>[] = [];
  for (let n = 0; n < count; n += 4)
    outcomes.push(
      ...(await Promise.allSettled(Array.from({ length: Math.min(4, count - n) }, (_, k) => attempt(n + k)))),
    );
  return outcomes;
}

const doors: [string, string, (email: string) => Promise<unknown>][] = [
  [
    "a password",
    "by password",
    (email) => signIn(nobody(1), { email, password: "a guess", code: "000000" }, means.wrapper),
  ],
  [
    "an authenticator's code",
    "by password",
    (email) => signIn(nobody(1), { email, password: PASSWORD, code: "000000" }, means.wrapper),
  ],
  [
    "a recovery code",
    "by recovery code",
    (email) =>
      signIn(
        nobody(1),
        { email, password: PASSWORD, code: "", recoveryCode: "AAAA-BBBB-CCCC-DDDD" },
        means.wrapper,
      ),
  ],
];

test.each(doors)(
  "the door that is closed by too many tries of %s is on record once, by whose account; those that come after are counted",
  async (_, door, attempt) => {
    const limit = SIGN_IN_LIMITS.perAccount;
    const { email } = await makeAdmin("owner", PASSWORD);
    const outcomes = await tries(limit + 7, () => attempt(email));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([]);
    const closed = (await refusals()).filter(({ error }) => error === "TOO_MANY_ATTEMPTS");
    expect(closed).toEqual([
      {
        name: email,
        error: "TOO_MANY_ATTEMPTS",
        note: expect.stringContaining(door),
        leftOut: expect.any(Number),
      },
    ]);
    expect(await sum()).toBe(limit + 7);
  },
);

test("the door of an address is closed on record too: by password and by passkey", async () => {
  const limit = SIGN_IN_LIMITS.perAddress;
  const forger = new TestAuthenticator({ userHandle: "", counter: 1 });
  const offer = await offerPasskeySignIn(nobody(1), means);
  const forge = () => {
    const answer = forger.answer({ challenge: offer.options.challenge as string }) as never;
    return signInWithPasskey(nobody(2), { sealed: offer.challenge, answer }, means);
  };
  for (let n = 0; n < limit + 3; n += 1) await expect(forge()).rejects.toThrow();
  const closed = (await refusals()).filter(({ error }) => error === "TOO_MANY_ATTEMPTS");
  expect(closed).toMatchObject([{ name: "unknown account", note: expect.stringContaining("passkey") }]);
  expect(await sum()).toBe(limit + 3);
});

test("what is left out is one count for two processes, outlives both, and is told by the next entry", async () => {
  const { connectionString: url } = world.db.pool.options as { connectionString: string };
  const other = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "other" });
  const account = { id: crypto.randomUUID(), email: "olive@example.com" };
  const more = 60;
  await tries(REFUSAL_PACE.burst + more, (n) =>
    refuseSignIn({ ...nobody(1), db: n % 2 === 0 ? world.db : other }, account, "password"),
  );
  await other.end();
  expect(await refusals()).toHaveLength(REFUSAL_PACE.burst);
  expect(await leftOutNow()).toBe(more);
  await refuseSignIn(nobody(1 + 1 / REFUSAL_PACE.perSecond), account, "password");
  expect((await refusals()).at(-1)).toMatchObject({ leftOut: more });
  expect(await sum()).toBe(REFUSAL_PACE.burst + more + 1);
});

test("what no later entry tells is told by the worker, once its quarter of an hour is over, and once", async () => {
  const account = await makeAdmin();
  for (let n = 0; n < REFUSAL_PACE.burst + 5; n += 1) await refuseSignIn(nobody(1), account, "password");
  const { db } = world;
  expect(await tellLeftOut(db, at(600))).toBe(0);
  const told = await Promise.all([tellLeftOut(db, at(1_000)), tellLeftOut(db, at(1_000))]);
  expect(told.sort()).toEqual([0, 1]);
  expect((await refusals()).at(-1)).toMatchObject({ name: account.email, leftOut: 5 });
  expect(await leftOutNow()).toBe(0);
  await tellLeftOut(db, at(2_000));
  expect(await db.query("SELECT FROM sign_in_refusal")).toEqual([]);
});

test("a session that tries too often to show who is there is on record by the try that was one too many", async () => {
  const admin = await makeAdmin();
  const session = await openSession(admin, 0);
  const code = "000000";
  for (let n = 0; n < 13; n += 1)
    await expect(
      proveStepUp(session(1_200), { method: "totp", kind: "keys", code }, means),
    ).rejects.toThrow();
  const over = (await refusals("step_up.refused")).filter(({ error }) => error === "TOO_MANY_ATTEMPTS");
  expect(over).toMatchObject([{ name: admin.email }]);
});
