import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { createImport, putImportPart } from "../people-imports/create-import.ts";
import { IMPORT_PART_BYTES } from "../people-imports/model.ts";
import { type Evidence, openEvidence } from "../seals/test-evidence.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { createUser } from "../users/create-user.ts";
import { disableUser } from "../users/disable-user.ts";
import { beginErasure } from "./begin-erasure.ts";
import { getErasurePlan } from "./get-erasure-plan.ts";
import { isNamedIn, patternOf } from "./mentions.ts";
import { runNextErasure } from "./run-next-erasure.ts";

const EMAIL = "john_doe@example.com";
const NAME = "Seán O'Brien-Smith";

let evidence: Evidence;
/** Of one connection, so that what is set on it holds. */
let retention: SqlDatabase;
const owner = (): Context => contextAs(evidence.db, "owner");

beforeAll(async () => {
  evidence = await openEvidence();
  retention = openSqlDatabase({
    url: evidence.url,
    role: "retention",
    maxConnections: 1,
    applicationName: "test",
  });
});
afterAll(async () => {
  await retention.end();
  await evidence.end();
});

const queryOf = (q: string, more: Record<string, string> = {}) =>
  new URLSearchParams({ sort: "at", q, ...more }).toString();
const isFound = async (text: string) => {
  const [row] = await evidence.db.query<{ found: boolean }>("SELECT $1::text ~* $2::text AS found", [
    text,
    patternOf([EMAIL, NAME]),
  ]);
  return row?.found;
};

test.each([
  ["a text", `asked for by ${EMAIL}.`],
  ["a text in capitals", NAME.toUpperCase()],
  ["JSON after a line's end", JSON.stringify({ note: `first\n${EMAIL}\nlast` })],
  ["a path", `/people/${encodeURIComponent(EMAIL)}/tokens`],
  ["the query of a list", queryOf(EMAIL)],
  ["a query in which quotes stand around it", queryOf(`"${EMAIL}"`)],
  ["a query with words before and after it", queryOf(`of ${EMAIL} alone`)],
  ["a query with a colon before it", queryOf("", { filter: `user:${EMAIL},` })],
  ["a query with the name, its mark and its accent", queryOf(`"${NAME}"`)],
  ["a query with the name after a word", queryOf(`all of ${NAME} here`)],
  ["a query that somebody typed into the address bar", `q=%22${EMAIL}%22`],
  ["a query in JSON", JSON.stringify({ query: queryOf(`"${NAME}"`) })],
])("somebody is found in %s", async (_, text) => {
  expect(await isFound(text), text).toBe(true);
});

test.each([
  ["an address that ends alike", `x.${EMAIL}`],
  ["an address that ends alike behind a plus", `x+${EMAIL}`],
  ["that address in a query", queryOf(`x+${EMAIL}`)],
  ["an address of another domain", `${EMAIL}.au`],
  ["that address in a query", queryOf(`${EMAIL}.au`)],
  ["an address that looks alike", EMAIL.replace("_", ".")],
  ["a longer name", `${NAME}son`],
])("nobody is found in %s", async (_, text) => {
  expect(await isFound(text), text).toBe(false);
});

test.each([
  ["legal told us to", "Al", false],
  ["Al told us to", "Al", true],
  ["told by AL.", "Al", true],
  ["for john_doe@example.com", EMAIL, true],
  ["for Seán O'Brien-Smith, who left", NAME, true],
  ["a letter", "", false],
])("a note “%s” names “%s”: %s", (note, name, names) => {
  expect(isNamedIn(note, name)).toBe(names);
});

async function bring(by: string, ...parts: Buffer[]): Promise<string> {
  const ctx = owner();
  Object.assign(ctx, { actor: { ...ctx.actor, id: by } });
  const { id } = await createImport(ctx, { kind: "users", fileName: "people.csv" });
  for (const [index, part] of parts.entries())
    await putImportPart(ctx, { id, number: index + 1, content: part.toString("base64") });
  return id;
}

test("of somebody in a log of thousands of long acts everything is erased though no statement may take long; what cannot be counted in time is not", async () => {
  const { id: userId, version } = await createUser(owner(), {
    email: EMAIL,
    name: NAME,
    groupIds: [],
    attributes: {},
  });
  expect(version).toBe(1);
  await disableUser(owner(), { userId, reason: "user_request", note: "" });
  // the first and the last name them
  await evidence.asSuperuser(
    `INSERT INTO audit_entry (id, sequence, at, actor_kind, actor_id, actor_name, act, outcome, target_kind, target_id, target_name, request_id, salt, note)
     SELECT gen_random_uuid(), (SELECT sequence FROM audit_chain WHERE id = 'admin') + n, now(), 'system', 'test', 'test', 'client.updated', 'done', 'client', n::text, 'shop', 'r',
       decode(repeat('ab', 48), 'hex'), repeat('a word and another one. ', 1500) || CASE WHEN n IN (1, 4000) THEN 'For ${EMAIL}' ELSE '' END
     FROM generate_series(1, 4000) n;
     UPDATE audit_chain SET sequence = sequence + 4000, chained = sequence + 4000 WHERE id = 'admin'`,
  );
  const keep = "email,name\njohn.doe@example.com,John\n";
  const ids = {
    alike: await bring("alike", Buffer.from(keep)),
    whole: await bring("whole", Buffer.from(`email,name\n${EMAIL.toUpperCase()},John\n`)),
    cut: await bring(
      "cut",
      Buffer.from(`email,name\n${keep.repeat(10)}`.padEnd(IMPORT_PART_BYTES - 5, "\n") + EMAIL.slice(0, 5)),
      Buffer.from(`${EMAIL.slice(5)},John\n`),
    ),
    bytes: await bring("bytes", Buffer.from([0, 1, 255, 0])),
  };
  const plan = await getErasurePlan(owner(), { userId }, 20);
  expect(plan).toMatchObject({ refusals: [], counts: { acts: null, lists: 0 } });
  await beginErasure(owner(), { userId, reason: "user_request", note: "legal says so", confirm: EMAIL });
  await retention.query("SET statement_timeout = '400ms'");
  await expect(
    retention.query("SELECT FROM audit_entry e WHERE e.note ~* $1::text", [patternOf([EMAIL, NAME])]),
    "in one statement",
  ).rejects.toMatchObject({ code: "57014" });
  expect(await runNextErasure(retention)).toBe(true);
  const named = await evidence.db.query("SELECT FROM audit_entry WHERE note LIKE $1::text", [`%${EMAIL}`]);
  expect(named).toEqual([]);
  const left = await evidence.db.query<{ id: string }>("SELECT id FROM people_import ORDER BY id");
  expect(left.map(({ id }) => id)).toEqual([ids.alike, ids.bytes].toSorted());
});
