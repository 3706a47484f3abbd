import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { beginErasure } from "../erasures/begin-erasure.ts";
import { runNextErasure } from "../erasures/run-next-erasure.ts";
import {
  MARKS,
  type MarkedPerson,
  markedPerson,
  readyToErase,
  rowsFromBefore,
} from "../erasures/test-person.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import type { CheckpointKey } from "./checkpoint.ts";
import { type ChainedEntry, ENTRY_PARTS, entryLeaf, eraseParts } from "./entry-leaf.ts";
import { ENTRIES, readCheckpointKeys } from "./read-evidence.ts";
import { readEvidenceRange } from "./read-range.ts";
import { type Evidence, openEvidence, type TestWriter, type useOf } from "./test-evidence.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import { useLeaf } from "./use-leaf.ts";
import { type Verification, verifyEvidence } from "./verify-evidence.ts";

const ODD = 'quote " backslash \\ tab\t newline\n control\u0001 \u2028 é 漢字 😀 </script> {"a":[1]}';
const TABLES = ["token_use", "audit_entry", "audit_chain"];

let evidence: Evidence;
let retention: SqlDatabase;
let one: TestWriter;
let other: TestWriter;
let person: MarkedPerson;
let keys: CheckpointKey[];
const began = new Date();

async function sequenceOf(act: string): Promise<number> {
  const [row] = await evidence.db.query<{ sequence: bigint }>(
    "SELECT max(sequence) AS sequence FROM audit_entry WHERE act = $1::text",
    [act],
  );
  return Number(row?.sequence ?? 0);
}

/** One person's uses in one chain, somebody else's in another, and an erasure of the one. */
beforeAll(async () => {
  evidence = await openEvidence();
  retention = openSqlDatabase({
    url: evidence.url,
    role: "retention",
    maxConnections: 2,
    applicationName: "test",
  });
  one = await evidence.newWriter();
  other = await evidence.newWriter();
  person = await markedPerson(evidence, one);
  await one.sealer.seal();
  await other.write(3, { userId: randomUUID(), path: "/b", userAgent: "curl" });
  await other.sealer.seal();
  await rowsFromBefore(evidence, person);
  await readyToErase(evidence, person);
  await evidence.checkpoint();
  await beginErasure(contextAs(evidence.db, "owner"), {
    userId: person.userId,
    reason: "user_request",
    note: "",
    confirm: MARKS.email,
  });
  await runNextErasure(retention);
  await person.use(1);
  await one.sealer.seal();
  await evidence.checkpoint();
  keys = await readCheckpointKeys(evidence.db);
  await evidence.asSuperuser(
    `CREATE SCHEMA kept; ${TABLES.map((table) => `CREATE TABLE kept.${table} AS TABLE public.${table}`).join("; ")}`,
  );
  const untouched = await evidence.verify();
  expect(untouched.problems).toEqual([]);
  expect(untouched.erased).toMatchObject({ people: 1, uses: 6, unproved: 3 });
});
afterEach(() =>
  evidence.asSuperuser(
    TABLES.map(
      (table) => `TRUNCATE public.${table} CASCADE; INSERT INTO public.${table} SELECT * FROM kept.${table}`,
    ).join("; "),
  ),
);
afterAll(async () => {
  await retention.end();
  await evidence.end();
});

const brokenIn = ({ problems }: Verification) =>
  problems
    .map(({ chain, sequence }) => {
      const name = chain === one.writer.id ? "one" : chain === other.writer.id ? "other" : chain;
      return `${name} ${sequence}`;
    })
    .sort();

const THEIRS = () => `user_id = '${person.userId}' AND writer_id = '${one.writer.id}'`;
const ERASED = () => `${THEIRS()} AND octet_length(salt) = 32`;
const BARE = () => `user_id = '${person.userId}' AND octet_length(salt) = 33`;
const NEWEST = () => `${THEIRS()} AND octet_length(salt) = 20`;
const ERASE = "salt = erased_use_salt(token_use), path = NULL, ip = NULL, user_agent = NULL";
const limited = (condition: string) =>
  `id = (SELECT id FROM token_use WHERE ${condition} ORDER BY id LIMIT 1)`;

const BY_STATEMENT: [what: string, statement: () => string, where: () => Promise<string[]>][] = [
  [
    "the outcome of an erased use is edited",
    () => `UPDATE token_use SET outcome = 'allowed' WHERE ${ERASED()} AND outcome = 'issued'`,
    async () => ["one 1"],
  ],
  [
    "the time of an erased use is edited",
    () => `UPDATE token_use SET at = at - interval '1 hour' WHERE ${limited(ERASED())}`,
    async () => ["one 1"],
  ],
  [
    "the country of an erased use is edited",
    () => `UPDATE token_use SET country = 'FR' WHERE ${limited(ERASED())}`,
    async () => ["one 1"],
  ],
  [
    "an erased use is given to somebody else",
    () => `UPDATE token_use SET user_id = gen_random_uuid() WHERE ${limited(ERASED())}`,
    async () => ["one 1", `admin ${await sequenceOf("user.erased")}`],
  ],
  [
    "an address is put into an erased use",
    () => `UPDATE token_use SET ip = '198.51.100.9' WHERE ${limited(ERASED())}`,
    async () => ["one 1"],
  ],
  [
    "the hash of what was personal is changed",
    () => `UPDATE token_use SET salt = sha256(salt) WHERE ${limited(ERASED())}`,
    async () => ["one 1"],
  ],
  [
    "an erased use is taken out",
    () => `DELETE FROM token_use WHERE ${limited(ERASED())}`,
    async () => ["one 1", `admin ${await sequenceOf("user.erased")}`],
  ],
  [
    "somebody else's use is put into the form of an erased one",
    () => `UPDATE token_use SET ${ERASE} WHERE ${limited(`writer_id = '${other.writer.id}'`)}`,
    async () => ["other 1"],
  ],
  [
    "a use of nobody is put into the form of an erased one",
    () =>
      `UPDATE token_use SET ${ERASE}, user_id = NULL WHERE ${limited(`writer_id = '${other.writer.id}'`)}`,
    async () => ["other 1"],
  ],
  [
    "more of the person's uses are in that form than the act says",
    () => `UPDATE token_use SET ${ERASE} WHERE ${limited(NEWEST())}`,
    async () => [`admin ${await sequenceOf("user.erased")}`],
  ],
  [
    "an erased use is said to be of the time before rows had parts",
    () => `UPDATE token_use SET salt = '\\x01' || salt WHERE ${limited(ERASED())}`,
    async () => ["one 1", `admin ${await sequenceOf("user.erased")}`],
  ],
  [
    "a leaf of the time before rows had parts is changed",
    () => `UPDATE token_use SET salt = '\\x01' || sha256(salt) WHERE ${limited(BARE())}`,
    async () => [`${await writerOfBare()} 1`],
  ],
  [
    "the act's count is changed",
    () => `UPDATE audit_entry SET after = jsonb_set(after, '{days}', '{}') WHERE act = 'user.erased'`,
    async () => [`admin ${await sequenceOf("user.erased")}`],
  ],
  [
    "the act is taken out",
    () => `DELETE FROM audit_entry WHERE act = 'user.erased'`,
    async () => [`admin ${await firstErased()}`],
  ],
  [
    "an act's time is edited beside what was erased of it",
    () => `UPDATE audit_entry SET at = at + interval '1 minute' WHERE act = 'user.created'`,
    async () => [`admin ${await sequenceOf("user.created")}`],
  ],
  [
    "who did an act is edited beside what was erased of it",
    () => `UPDATE audit_entry SET actor_name = 'nobody@example.com' WHERE act = 'user.created'`,
    async () => [`admin ${await sequenceOf("user.created")}`],
  ],
  [
    "something is written where an act was erased",
    () => `UPDATE audit_entry SET note = 'by order of the board' WHERE act = 'user.created'`,
    async () => [`admin ${await sequenceOf("user.created")}`],
  ],
  [
    "the hash of an act's part is changed",
    () => `UPDATE audit_entry SET content_hash = sha256(content_hash) WHERE act = 'user.created'`,
    async () => [`admin ${await sequenceOf("user.created")}`],
  ],
  [
    "somebody else's act is put into the form of an erased one",
    () =>
      `UPDATE audit_entry e SET after = NULL, before = NULL, note = NULL, content_hash = decode(audit_entry_part('content', substring(e.salt FROM 33 FOR 16),
         ARRAY[e.note, e.before::text, e.after::text]), 'hex') WHERE e.after ->> 'description' = 'of somebody else'`,
    async () => [`admin ${await somebodyElses()}`],
  ],
];

async function writerOfBare(): Promise<string> {
  const [row] = await evidence.db.query<{ id: string }>(
    `SELECT writer_id AS id FROM token_use WHERE ${BARE()} LIMIT 1`,
  );
  return row?.id ?? "";
}

async function firstErased(): Promise<number> {
  const [row] = await evidence.db.query<{ sequence: bigint }>(
    "SELECT min(sequence) AS sequence FROM audit_entry WHERE num_nonnulls(actor_hash, target_hash, content_hash) > 0",
  );
  return Number(row?.sequence);
}

async function somebodyElses(): Promise<number> {
  const [row] = await evidence.asSuperuser(
    "SELECT sequence FROM kept.audit_entry WHERE after ->> 'description' = 'of somebody else'",
  );
  return Number(row?.sequence);
}

describe("whoever owns the database is found out where", () => {
  test.each(BY_STATEMENT)("%s", async (_, statement, where) => {
    const expected = (await where()).sort();
    await evidence.asSuperuser(statement());
    const found = await evidence.verify({ at: new Date(Date.now() + 3_600_000), keys });
    expect(brokenIn(found)).toEqual(expected);
  });
});

test("an erasure that was begun and never done is named after a day, and is under way until then", async () => {
  await evidence.db.transaction((tx) =>
    recordEntry(tx, systemContext(evidence.db, "test"), {
      act: "user.erasure_begun",
      target: { kind: "user", id: randomUUID(), name: "Erased person" },
      after: { erasure: randomUUID() },
    }),
  );
  const begun = await sequenceOf("user.erasure_begun");
  expect((await evidence.verify()).erased.underWay).toBe(1);
  expect((await evidence.verify()).problems).toEqual([]);
  expect(brokenIn(await evidence.verify({ at: new Date(Date.now() + 25 * 3_600_000) }))).toEqual([
    `admin ${begun}`,
  ]);
});

test("a span that was read without the act knows of it all the same", async () => {
  const range = await readEvidenceRange(
    evidence.db,
    { from: new Date(began.getTime() - 60_000), until: new Date() },
    new Date(),
  );
  const found = await verifyEvidence(range.source, { keys, held: null, at: range.at });
  expect(found.problems).toEqual([]);
  expect(found.erased.uses).toBe(6);
});

test("a use that is erased keeps its leaf, whatever stood in it and in whichever format it was written", async () => {
  const rows = await other.write(2, {
    userId: randomUUID(),
    path: ODD,
    userAgent: ODD,
    ip: null,
    subject: ODD,
    audience: ODD,
    method: "GET",
  });
  const [first, second] = rows as [ReturnType<typeof useOf>, ReturnType<typeof useOf>];
  await evidence.asSuperuser(
    `UPDATE token_use SET salt = substring(salt FROM 1 FOR 16), status = 200, bytes = 9007199254740991, latency_us = 5, verifier_id = gen_random_uuid() WHERE token_id = '${second.tokenId}'`,
  );
  const leaves = async () => {
    const found = await evidence.db.query<SealedUseRecord>(
      `SELECT ${SEALED_USE_COLUMNS} FROM token_use u WHERE u.token_id = ANY ($1::uuid[]) ORDER BY u.ordinal`,
      [[first.tokenId, second.tokenId]],
    );
    return found.map((row) => useLeaf(sealedUseOf(row)).toString("hex"));
  };
  const before = await leaves();
  await evidence.asSuperuser(
    `UPDATE token_use SET ${ERASE} WHERE token_id IN ('${first.tokenId}', '${second.tokenId}')`,
  );
  expect(await leaves()).toEqual(before);
  expect(new Set(before).size).toBe(2);
});

test("an act keeps its leaf whichever parts of it are erased, by the database's own reckoning too", async () => {
  await evidence.db.transaction((tx) =>
    recordEntry(
      tx,
      { ...contextAs(evidence.db, "owner"), userAgent: ODD },
      {
        act: "client.updated",
        target: { kind: "client", id: "odd", name: ODD },
        note: ODD,
        before: { [ODD]: [1.5, 1e21, 1e-7, null] },
      },
    ),
  );
  const [row] = await evidence.db.query<ChainedEntry & { leaf: string }>(
    `SELECT x.*, encode(audit_entry_leaf(e), 'hex') AS leaf FROM (${ENTRIES}) x JOIN audit_entry e ON e.id = x.id WHERE x."targetId" = 'odd'`,
  );
  if (row === undefined) throw new Error("it is not there");
  expect(entryLeaf(row).toString("hex")).toBe(row.leaf);
  for (let mask = 1; mask < 8; mask += 1) {
    const erased = eraseParts(
      row,
      ENTRY_PARTS.filter((_, index) => mask & (1 << index)),
    );
    expect(JSON.stringify({ ...erased, sequence: 0 }).includes("漢字")).toBe(mask !== 7);
    expect(entryLeaf(erased).toString("hex")).toBe(row.leaf);
    expect(entryLeaf({ ...erased, reason: "policy" }).toString("hex")).not.toBe(row.leaf);
  }
});
