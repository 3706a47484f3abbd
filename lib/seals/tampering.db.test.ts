import { generateKeyPairSync, randomUUID } from "node:crypto";
import { exportJWK } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import { createJwtSigner } from "../keys/jwt-signer.ts";
import { NEW_CHAIN, nextSeal } from "./append-seal.ts";
import {
  CHECKPOINT_TYP,
  type CheckpointKey,
  checkpointClaims,
  checkpointHash,
  readCheckpoint,
} from "./checkpoint.ts";
import { chainStep, entryLeaf } from "./entry-leaf.ts";
import { readEvidenceFile, writeEvidence } from "./evidence-file.ts";
import { readCheckpointKeys, readEvidence } from "./read-evidence.ts";
import type { Seal } from "./seal.ts";
import { flushToSeal } from "./seal-ledger.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";
import { type Evidence, openEvidence, type TestWriter } from "./test-evidence.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import { useLeaf } from "./use-leaf.ts";
import { type Verification, verifyEvidence } from "./verify-evidence.ts";

const TABLES = ["token_use", "seal", "checkpoint", "audit_entry", "audit_chain", "signing_key"];

let evidence: Evidence;
let one: TestWriter;
let other: TestWriter;
let keys: CheckpointKey[];
/** What somebody keeps elsewhere. */
let held: string[];
let entries: number;

async function act(n: number): Promise<void> {
  const ctx = systemContext(evidence.db, "test");
  const target = { kind: "client", id: String(n), name: `client ${n}` };
  await evidence.db.transaction((tx) =>
    recordEntry(tx, ctx, { act: "client.updated", target, after: { n } }),
  );
}

/** Five seals of one writer and five of another, acts between them, and after each a checkpoint but for the last. */
beforeAll(async () => {
  evidence = await openEvidence();
  one = await evidence.newWriter();
  other = await evidence.newWriter();
  for (let n = 1; n <= 5; n += 1) {
    await one.write(3, { path: `/a/${n}`, refusal: n === 3 ? "revoked" : null });
    await one.write(2, { path: `/b/${n}` });
    await other.write(1);
    await act(n);
    await one.sealer.seal();
    await other.sealer.seal();
    if (n < 5) await evidence.checkpoint();
  }
  keys = await readCheckpointKeys(evidence.db);
  held = await evidence.jws();
  const copies = TABLES.map((table) => `CREATE TABLE kept.${table} AS TABLE public.${table}`);
  await evidence.asSuperuser(`CREATE SCHEMA kept; ${copies.join("; ")}`);
  const untouched = await evidence.verify();
  expect(untouched.problems).toEqual([]);
  entries = untouched.entries.count;
});
afterEach(async () => {
  const back = TABLES.map(
    (table) => `TRUNCATE public.${table} CASCADE; INSERT INTO public.${table} SELECT * FROM kept.${table}`,
  );
  await evidence.asSuperuser(back.join("; "));
});
afterAll(() => evidence.end());

const brokenIn = ({ problems }: Verification) =>
  problems.map(({ chain, sequence }) => {
    const name = chain === one.writer.id ? "one" : chain === other.writer.id ? "other" : chain;
    return `${name} ${sequence}`;
  });

/** The rows of a seal of the first writer: each has two flushes, of three rows and of two. */
const ofSeal = (n: number) => `writer_id = '${one.writer.id}' AND flush IN (${2 * n - 1}, ${2 * n})`;
const first = (n: number) => `writer_id = '${one.writer.id}' AND flush = ${2 * n - 1}`;
const seal = (condition: string) => `chain = '${one.writer.id}' AND sequence ${condition}`;
const COPY = `INSERT INTO token_use SELECT (jsonb_populate_record(u, CHANGE)).* FROM token_use u WHERE`;
const copyOf = (n: number, change: object) =>
  `${COPY.replace("CHANGE", `'${JSON.stringify(change)}'::jsonb`)} ${first(n)} AND ordinal = 0`;

const BY_STATEMENT: [what: string, statement: () => string, where: () => string[]][] = [
  [
    "a field is edited",
    () => `UPDATE token_use SET refusal = 'expired' WHERE ${first(3)} AND ordinal = 1`,
    () => ["one 3"],
  ],
  [
    "a refusal is made a use",
    () => `UPDATE token_use SET outcome = 'allowed', refusal = NULL WHERE ${first(3)}`,
    () => ["one 3"],
  ],
  ["an address is taken out", () => `UPDATE token_use SET ip = NULL WHERE ${first(2)}`, () => ["one 2"]],
  [
    "two rows change places",
    () => `UPDATE token_use SET ordinal = 1 - ordinal WHERE ${first(2)} AND ordinal < 2`,
    () => ["one 2"],
  ],
  [
    "two flushes change numbers",
    () => `UPDATE token_use SET flush = 7 - flush WHERE ${ofSeal(2)}`,
    () => ["one 2"],
  ],
  ["a row is deleted", () => `DELETE FROM token_use WHERE ${first(4)} AND ordinal = 2`, () => ["one 4"]],
  ["all rows of a seal are deleted", () => `DELETE FROM token_use WHERE ${ofSeal(2)}`, () => ["one 2"]],
  ["a row is put into a flush", () => copyOf(2, { id: randomUUID(), ordinal: 3 }), () => ["one 2"]],
  [
    "a row is put in at a later time",
    () => copyOf(2, { id: randomUUID(), received_at: new Date(Date.now() + 3_600_000) }),
    () => ["one 2"],
  ],
  [
    "a row is put in at an earlier time",
    () => copyOf(2, { id: randomUUID(), received_at: "2026-01-01T00:00:00.000Z" }),
    () => ["one 2"],
  ],
  [
    "a row is put in of a flush that never was",
    () => copyOf(5, { id: randomUUID(), flush: 99 }),
    () => ["one 6"],
  ],
  [
    "a row is put in by a writer that never was",
    () => copyOf(5, { id: randomUUID(), writer_id: "00000000-0000-4000-8000-000000000000" }),
    () => ["00000000-0000-4000-8000-000000000000 1"],
  ],
  [
    "a row is given to another writer",
    () => `UPDATE token_use SET writer_id = '${other.writer.id}' WHERE ${first(3)} AND ordinal = 0`,
    () => ["one 3", "other 5"],
  ],
  [
    "a row is moved in time",
    () =>
      `UPDATE token_use SET received_at = received_at - interval '1 day' WHERE ${first(4)} AND ordinal = 0`,
    () => ["one 4"],
  ],
  [
    "a salt is changed",
    () => `UPDATE token_use SET salt = decode(repeat('00', 16), 'hex') WHERE ${first(1)}`,
    () => ["one 1"],
  ],
  ["a seal is taken out", () => `DELETE FROM seal WHERE ${seal("= 3")}`, () => ["one 3"]],
  [
    "the head is cut off",
    () => `DELETE FROM seal WHERE ${seal("= 1")}; DELETE FROM token_use WHERE ${ofSeal(1)}`,
    () => ["one 1"],
  ],
  [
    "the tail is cut off",
    () =>
      `DELETE FROM seal WHERE ${seal(">= 4")}; DELETE FROM token_use WHERE writer_id = '${one.writer.id}' AND flush >= 7`,
    () => ["one 4"],
  ],
  [
    "a whole chain is taken out",
    () =>
      `DELETE FROM seal WHERE chain = '${one.writer.id}'; DELETE FROM token_use WHERE writer_id = '${one.writer.id}'`,
    () => ["one 1"],
  ],
  [
    "a seal's count is made to fit",
    () =>
      `DELETE FROM token_use WHERE ${first(2)} AND ordinal = 2; UPDATE seal SET count = count - 1 WHERE ${seal("= 2")}`,
    () => ["one 2"],
  ],
  [
    "a seal's hash is of another kind",
    () => `UPDATE seal SET hash = sha256(convert_to('seal/2', 'UTF8') || hash) WHERE ${seal("= 3")}`,
    () => ["one 3"],
  ],
  [
    "a seal is said to be the worker's",
    () => `UPDATE seal SET sealed_by = 'worker' WHERE ${seal("= 3")}`,
    () => ["one 3"],
  ],
  [
    "two seals change places",
    () =>
      `UPDATE seal SET sequence = 100 + sequence WHERE ${seal("IN (2, 3)")}; UPDATE seal SET sequence = 105 - sequence WHERE ${seal("> 100")}`,
    () => ["one 2"],
  ],
  [
    "an act is edited",
    () => `UPDATE audit_entry SET after = '{"n": 7}' WHERE target_id = '3'`,
    () => [`admin ${entries - 2}`],
  ],
  [
    "an act is said to be another's",
    () => `UPDATE audit_entry SET actor_id = 'other', actor_name = 'other' WHERE target_id = '2'`,
    () => [`admin ${entries - 3}`],
  ],
  [
    "an act is taken out",
    () => `DELETE FROM audit_entry WHERE target_id = '3'`,
    () => [`admin ${entries - 2}`],
  ],
  [
    "the last acts are taken out",
    () => `DELETE FROM audit_entry WHERE target_id IN ('4', '5')`,
    () => [`admin ${entries - 1}`],
  ],
  [
    "an act's hash is taken out",
    () => `UPDATE audit_entry SET chain_hash = NULL WHERE target_id = '3'`,
    () => [`admin ${entries - 2}`],
  ],
  ["a checkpoint is taken out", () => "DELETE FROM checkpoint WHERE number = 2", () => ["checkpoints 2"]],
  [
    "a checkpoint comes again in place of another",
    () => "UPDATE checkpoint SET jws = (SELECT jws FROM checkpoint WHERE number = 1) WHERE number = 3",
    () => ["checkpoints 3"],
  ],
  [
    "a checkpoint is cut",
    () => "UPDATE checkpoint SET jws = left(jws, -4) WHERE number = 2",
    () => ["checkpoints 2"],
  ],
];

/** Writes the evidence as `audit export` does and verifies what was written alone, as whoever was sent it does. */
async function verifyExport(at: Date): Promise<Verification> {
  const lines: string[] = [];
  for await (const line of writeEvidence(readEvidence(evidence.db), { keys, at })) lines.push(line);
  async function* sent() {
    yield* lines;
  }
  const { source, exportedAt } = await readEvidenceFile(sent());
  return verifyEvidence(source, { keys, held: null, at: exportedAt });
}

describe("whoever owns the database is found out", () => {
  test("and nobody is where nothing was touched", async () => {
    expect((await verifyExport(new Date())).problems).toEqual([]);
  });

  test.each(BY_STATEMENT)(
    "where %s: in the database, and offline from its export",
    async (_, statement, where) => {
      await evidence.asSuperuser(statement());
      // what waits for its seal may wait for a while
      const at = new Date(Date.now() + 3_600_000);
      const found = await evidence.verify({ at, keys });
      expect(brokenIn(found).sort()).toEqual(where().sort());
      const exported = await verifyExport(at);
      expect(exported.problems).toEqual(found.problems);
    },
    5_000,
  );

  async function sealsOf(chain: string): Promise<Seal[]> {
    const records = await evidence.db.query<SealRecord>(
      `SELECT ${SEAL_COLUMNS} FROM seal WHERE chain = $1::uuid ORDER BY sequence`,
      [chain],
    );
    return records.map(sealOf);
  }

  /** Computes all seals of the first writer anew, as whoever has our code can. */
  async function rechain(): Promise<void> {
    const records = await evidence.db.query<SealedUseRecord>(
      `SELECT ${SEALED_USE_COLUMNS} FROM token_use u WHERE u.writer_id = $1::uuid ORDER BY u.flush, u.ordinal`,
      [one.writer.id],
    );
    let end: Parameters<typeof nextSeal>[0] = NEW_CHAIN;
    for (const old of await sealsOf(one.writer.id)) {
      const rows = records.filter(({ flush }) => flush >= old.firstFlush && flush <= old.lastFlush);
      const flushes = [...Map.groupBy(rows, ({ flush }) => flush)].map(([flush, ofFlush]) => {
        const [at] = ofFlush.map(({ receivedAt }) => receivedAt) as [Date];
        return flushToSeal(
          { flush, receivedFrom: at, receivedTo: at },
          ofFlush.map((row) => useLeaf(sealedUseOf(row))),
        );
      });
      const made: Seal = nextSeal(end, flushes, { ...old, now: old.sealedAt });
      end = made;
      await evidence.asSuperuser(
        `UPDATE seal SET count = ${made.count}, root = '\\x${made.root.toString("hex")}', previous = '\\x${made.previous.toString("hex")}',
           hash = '\\x${made.hash.toString("hex")}' WHERE ${seal(`= ${made.sequence}`)}`,
      );
    }
  }

  test("where a row is edited and all seals from there on are made anew", async () => {
    await evidence.asSuperuser(`UPDATE token_use SET ip = '198.51.100.1' WHERE ${first(3)}`);
    await rechain();
    expect(brokenIn(await evidence.verify({ keys }))).toEqual(["one 3"]);
  });

  test("where an act is edited and all hashes from there on are made anew", async () => {
    await evidence.asSuperuser(`UPDATE audit_entry SET note = 'never mind' WHERE target_id = '2'`);
    let head: Buffer = Buffer.alloc(32);
    for await (const entry of readEvidence(evidence.db).entries()) {
      head = chainStep(head, entry.sequence, entryLeaf(entry));
      await evidence.asSuperuser(
        `UPDATE audit_entry SET chain_hash = '\\x${head.toString("hex")}' WHERE sequence = ${entry.sequence}`,
      );
    }
    const [problem] = (await evidence.verify({ keys })).problems;
    expect(problem).toMatchObject({ chain: "admin", sequence: BigInt(entries - 3) });
    expect(problem?.says).toContain("are not those that checkpoint 2 signed");
  });

  /** Signs what there is anew, with a key of the attacker's own that stands in the database as ours do. */
  async function forgeCheckpoints(): Promise<void> {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const jwk = await exportJWK(publicKey);
    await evidence.asSuperuser(
      `UPDATE signing_key SET kid = 'forged', public_jwk = '${JSON.stringify(jwk)}' WHERE purpose = 'checkpoint'`,
    );
    const sign = await createJwtSigner(await exportJWK(privateKey), {
      alg: "EdDSA",
      typ: CHECKPOINT_TYP,
      kid: "forged",
    });
    const seals = await sealsOf(one.writer.id);
    let previous = "0".repeat(64);
    for (const [index, old] of (await evidence.jws()).entries()) {
      const said = readCheckpoint(old);
      if (said === null) throw new Error("it cannot be read");
      const heads = said.heads.map((head) => {
        const now =
          head.chain === one.writer.id ? seals.find(({ sequence }) => sequence === head.sequence) : undefined;
        return now === undefined ? head : { ...head, hash: now.hash.toString("hex") };
      });
      const jws = await sign(checkpointClaims({ ...said, previous, heads }));
      previous = checkpointHash(jws);
      await evidence.asSuperuser(
        `UPDATE checkpoint SET jws = '${jws}', kid = 'forged' WHERE number = ${index + 1}`,
      );
    }
  }

  test("where everything is made anew and signed with another key: by a key or a checkpoint that is kept elsewhere alone", async () => {
    await evidence.asSuperuser(`UPDATE token_use SET ip = '198.51.100.1' WHERE ${first(3)}`);
    await rechain();
    await forgeCheckpoints();
    expect(brokenIn(await evidence.verify())).toEqual([]);
    expect(brokenIn(await evidence.verify({ keys }))).toContain("checkpoints 1");
    const both = [...keys, ...(await readCheckpointKeys(evidence.db))];
    expect(brokenIn(await evidence.verify({ keys: both, held }))).toEqual(
      expect.arrayContaining(["one 3", "checkpoints 1"]),
    );
    // the newest one is enough to know it, though not where it begins
    expect(brokenIn(await evidence.verify({ keys: both, held: held.slice(-1) }))).toEqual(
      expect.arrayContaining(["one 4", "checkpoints 4"]),
    );
  });

  test("where an older state is put back: by a checkpoint that is kept elsewhere alone", async () => {
    await evidence.asSuperuser(
      `DELETE FROM seal WHERE sequence > 2; DELETE FROM token_use WHERE ${ofSeal(3)} OR ${ofSeal(4)} OR ${ofSeal(5)} OR (writer_id = '${other.writer.id}' AND flush > 2);
       DELETE FROM audit_entry WHERE target_id IN ('3', '4', '5'); DELETE FROM checkpoint WHERE number > 2`,
    );
    expect(brokenIn(await evidence.verify({ keys }))).toEqual([]);
    const found = await evidence.verify({ keys, held });
    expect(brokenIn(found).sort()).toEqual([`admin ${entries - 2}`, "checkpoints 3", "one 3", "other 3"]);
  });
});
