import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { waitWords } from "../errors.ts";
import { reserveAttempt } from "./throttle.ts";

const WINDOW_SECONDS = 900;
const now = new Date();
let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

function attempt(address: string, account: string): Promise<string> {
  const keys = [
    { key: address, limit: 5 },
    { key: account, limit: 3 },
  ];
  return reserveAttempt(db, { keys, windowSeconds: WINDOW_SECONDS, now }).then(
    () => "let through",
    (error: { code: string }) => error.code,
  );
}

async function failuresOf(key: string): Promise<number> {
  const [row] = await db.query<{ failures: number }>(
    "SELECT failures FROM sign_in_attempt WHERE key = $1::text",
    [key],
  );
  return row?.failures ?? 0;
}

test("an address that is over its limit locks no account out, and leaves nothing about it", async () => {
  for (let count = 0; count < 5; count += 1)
    expect(await attempt("hostile", `noise ${count}`)).toBe("let through");
  for (let count = 0; count < 10; count += 1)
    expect(await attempt("hostile", "victim")).toBe("TOO_MANY_ATTEMPTS");
  expect(await failuresOf("victim")).toBe(0);
  expect(await attempt("home", "victim")).toBe("let through");
});

test("an account that is over its limit has to wait, whichever address asks", async () => {
  for (const address of ["one", "two", "three"])
    expect(await attempt(address, "guessed")).toBe("let through");
  expect(await attempt("four", "guessed")).toBe("TOO_MANY_ATTEMPTS");
  const window = WINDOW_SECONDS * 1_000;
  const left = Math.ceil((window - (now.getTime() % window)) / 1_000);
  await expect(
    reserveAttempt(db, { keys: [{ key: "guessed", limit: 3 }], windowSeconds: WINDOW_SECONDS, now }),
  ).rejects.toMatchObject({
    retryAfterSeconds: left,
    message: `Too many attempts. Try again in ${waitWords(left)}.`,
  });
});

test("attempts in parallel do not get past a limit", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => attempt("crowd", "crowded")));
  expect(answers.filter((answer) => answer === "let through")).toHaveLength(3);
});
