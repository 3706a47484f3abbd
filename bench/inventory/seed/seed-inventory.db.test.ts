import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { listKeys } from "#lib/keys/list-keys.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { filterValues } from "../questions.ts";
import { findSamples } from "../samples.ts";
import { seedInventory } from "./seed-inventory.ts";
import { inventOrganisation } from "./synthetic-organisation.ts";

const ROWS = 3_000;
const until = new Date(Math.floor(Date.now() / 60_000) * 60_000);

let db: Database;
const wrapper = createKeyWrapper(Buffer.alloc(32, 7));

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  await seedInventory({ url, rows: ROWS, until, wrapper, log: () => {} });
}, 120_000);
afterAll(() => db.end());

test("a seeded register has keys as the product makes them: an authority goes on with the last one, and the keys are listed", async () => {
  // it opens each that is there, or refuses
  const made = await ensureKeys(systemContext(db, "test"), wrapper);
  const kept = await db.query<{ kid: string; state: string }>(
    "SELECT kid, state FROM signing_key WHERE purpose = 'access_token' ORDER BY created_at",
  );
  expect(kept.map(({ state }) => state)).toEqual(["retired", "retired", "retired", "active"]);
  expect(made, "of this purpose none was missing").not.toContain(kept[3]?.kid);
  const other = createKeyWrapper(Buffer.alloc(32, 8));
  await expect(ensureKeys(systemContext(db, "test"), other)).rejects.toMatchObject({ code: "SEALED" });
  const listed = await listKeys(contextAs(db, "auditor"));
  expect(listed.map(({ kid }) => kid)).toEqual(expect.arrayContaining(kept.map(({ kid }) => kid)));
  const [named] = await db.query<{ unknown: bigint; tokens: bigint }>(
    "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM signing_key k WHERE k.kid = t.signing_kid)) AS unknown, count(*) AS tokens FROM token t WHERE t.format = 'jwt'",
  );
  expect([Number(named?.unknown), Number(named?.tokens) > 1_000]).toEqual([0, true]);
});

test("the questions of a run name keys that signed", async () => {
  const organisation = inventOrganisation(ROWS, new Date(until.getTime() - 90 * 86_400_000));
  const values = filterValues(organisation, await findSamples(db, until));
  for (const { text } of values.filter(({ filter }) => filter === "key")) {
    const rows = await db.query("SELECT FROM signing_key WHERE kid = $1", [text.replace("key=", "")]);
    expect(rows, text).toHaveLength(1);
  }
});
