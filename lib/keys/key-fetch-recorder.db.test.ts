import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sql } from "../db/sql.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { KeyFetchRecorder } from "./key-fetch-recorder.ts";
import { type KeyRing, openKeyRing } from "./key-fixture.ts";

let ring: KeyRing;
let kid: string;
beforeAll(async () => {
  ring = await openKeyRing();
  kid = (await ring.kidsIn("active"))[0] ?? "";
});
afterAll(() => ring.end());

const rowsOf = (verifierId: string) =>
  ring.db.query<{ kid: string; at: Date }>(
    "SELECT kid, first_at AS at FROM verifier_key WHERE verifier_id = $1::uuid ORDER BY kid",
    [verifierId],
  );
const newVerifier = (name: string) => verifierFixtureOf(ring.db).verifier({ name, audience: "billing" });

test("a verifier and key are one row, by the first of two authorities, and one statement, however often it asks", async () => {
  const id = await newVerifier("asks-often");
  const statements: string[] = [];
  const counted: Sql = {
    query: (text, values) => {
      statements.push(text);
      return ring.db.query(text, values);
    },
  };
  const recorder = new KeyFetchRecorder(counted, fail);
  const [first, later] = [new Date("2026-11-29T01:00:00Z"), new Date("2026-11-29T02:00:00Z")];
  for (let ask = 0; ask < 50; ask += 1) recorder.has(id, [kid], first);
  await recorder.flush();
  for (let ask = 0; ask < 50; ask += 1) recorder.has(id, [kid], later);
  await recorder.stop();
  expect(statements).toHaveLength(1);
  const other = new KeyFetchRecorder(ring.other, fail);
  other.has(id, [kid], later);
  await other.stop();
  expect(await rowsOf(id)).toEqual([{ kid, at: first }]);
});

test("what is no key, and who is no verifier, leave no row", async () => {
  const id = await newVerifier("hostile");
  const recorder = new KeyFetchRecorder(ring.db, fail);
  recorder.has(id, ["nothing", "' OR true --", kid], new Date());
  recorder.has("00000000-0000-7000-8000-000000000000", [kid], new Date());
  await recorder.stop();
  expect((await rowsOf(id)).map((row) => row.kid)).toEqual([kid]);
});

test("what could not be written is complained of, and written by the next try", async () => {
  const id = await newVerifier("unlucky");
  const complaints: unknown[] = [];
  let isDown = true;
  const flaky: Sql = {
    query: (text, values) => (isDown ? Promise.reject(new Error("gone")) : ring.db.query(text, values)),
  };
  const recorder = new KeyFetchRecorder(flaky, (error) => complaints.push(error));
  recorder.has(id, [kid], new Date());
  await recorder.flush();
  expect([complaints.length, await rowsOf(id)]).toEqual([1, []]);
  isDown = false;
  await recorder.stop();
  expect(await rowsOf(id)).toHaveLength(1);
});

function fail(error: unknown): never {
  throw error;
}
