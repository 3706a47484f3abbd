import { afterAll, beforeEach, expect, test } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { changeIssuer } from "./change-issuer.ts";
import { keepIssuer } from "./keep-issuer.ts";

const OLD = "https://auth.example.com";
const NEW = "https://tokens.example.com";
const open: Database[] = [];
let db: Database;

beforeEach(async () => {
  db = openDatabase({
    url: (await testDatabase()).url,
    role: "app",
    maxConnections: 6,
    applicationName: "test",
  });
  open.push(db);
});
afterAll(() => Promise.all(open.map((one) => one.end())));

const ctx = () => systemContext(db, "test");
const acts = async () =>
  (
    await db.query<{ act: string }>("SELECT act FROM audit_entry WHERE act LIKE 'issuer.%' ORDER BY sequence")
  ).map((row) => row.act);

async function issueOne(): Promise<void> {
  const fixture = fixtureOf(db);
  await fixture.token({ clientId: await fixture.client("service") });
}

test("of five authorities that start at once on a new database, one entry is made", async () => {
  await Promise.all(Array.from({ length: 5 }, () => keepIssuer(ctx(), OLD)));
  expect(await acts()).toEqual(["issuer.kept"]);
});

test("another issuer is taken while there is no token, and refused from the first one on", async () => {
  await keepIssuer(ctx(), OLD);
  await keepIssuer(ctx(), NEW);
  expect(await acts()).toEqual(["issuer.kept", "issuer.changed"]);
  await issueOne();
  await keepIssuer(ctx(), NEW);
  await expect(keepIssuer(ctx(), OLD)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(
      `^AUTHORITY_ISSUER is ${OLD}, but .* ${NEW} .*issuer set ${OLD} --instead-of ${NEW}$`,
    ),
  });
  expect(await acts()).toHaveLength(2);
});

test("it is changed on purpose by whoever names the present one, and that is on record", async () => {
  await expect(changeIssuer(ctx(), { issuer: NEW, insteadOf: OLD })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await keepIssuer(ctx(), OLD);
  await issueOne();
  await expect(changeIssuer(ctx(), { issuer: NEW, insteadOf: NEW })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await expect(changeIssuer(ctx(), { issuer: OLD, insteadOf: OLD })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await changeIssuer(ctx(), { issuer: NEW, insteadOf: OLD });
  await keepIssuer(ctx(), NEW);
  await expect(keepIssuer(ctx(), OLD)).rejects.toMatchObject({ code: "CONFLICT" });
  const [entry] = await db.query("SELECT before, after FROM audit_entry WHERE act = 'issuer.changed'");
  expect(entry).toEqual({ before: { issuer: OLD }, after: { issuer: NEW } });
});
