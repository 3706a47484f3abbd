import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { reserveAttempt } from "./throttle.ts";

const WINDOW_SECONDS = 900;
/** The last second of a window. */
const EDGE = new Date(Math.floor(Date.now() / 900_000) * 900_000 + 899_000);
let now = EDGE;
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
});

test("the edge of two windows lets nobody have twice the limit, and who was shut out is let in by and by", async () => {
  try {
    expect(await attempt("edge", "patient")).toBe("let through");
    now = new Date(EDGE.getTime() + 3_000);
    expect(await attempt("edge", "patient")).toBe("let through");
    expect(await attempt("edge", "patient")).toBe("let through");
    for (let count = 0; count < 50; count += 1)
      expect(await attempt(`other ${count}`, "patient")).toBe("TOO_MANY_ATTEMPTS");
    // half of the window after
    now = new Date(EDGE.getTime() + 901_000 + 451_000);
    expect(await attempt("edge", "patient")).toBe("let through");
    expect(await attempt("edge", "patient")).toBe("TOO_MANY_ATTEMPTS");
    now = new Date(EDGE.getTime() + 4 * 900_000);
    for (let count = 0; count < 3; count += 1) expect(await attempt("edge", "patient")).toBe("let through");
  } finally {
    now = EDGE;
  }
});

test("attempts in parallel do not get past a limit", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => attempt("crowd", "crowded")));
  expect(answers.filter((answer) => answer === "let through")).toHaveLength(3);
});
