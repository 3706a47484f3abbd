import { randomUUID } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import { systemContext } from "../context.ts";
import { readUses } from "../event-streams/read-uses.ts";
import { getStreamRecord } from "../event-streams/stream-record.ts";
import { appendCheckpoints, CheckpointFileError } from "../seals/checkpoint-file.ts";
import { readEvidenceFile, writeEvidence } from "../seals/evidence-file.ts";
import { readCheckpointKeys, readEvidence } from "../seals/read-evidence.ts";
import { type Evidence, openEvidence, useOf } from "../seals/test-evidence.ts";
import { verifyEvidence } from "../seals/verify-evidence.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { confirmRestore } from "./confirm-restore.ts";
import { findRestore } from "./find-restore.ts";
import { getRestore } from "./get-restore.ts";

const TABLES = [
  "checkpoint",
  "audit_entry",
  "audit_chain",
  "token",
  "token_label",
  "revocation_order",
  "feed_head",
];

let evidence: Evidence;
let folder: string;
let file: string;
let before: number;

async function act(name: string): Promise<void> {
  const target = { kind: "client", id: name, name };
  await evidence.db.transaction((tx) =>
    recordEntry(tx, systemContext(evidence.db, "test"), { act: "client.updated", target }),
  );
}

/** Two checkpoints, a dump, two acts and two more checkpoints, all of them kept in the file. */
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tokenwarden-restore-"));
  file = path.join(folder, "checkpoints.jws");
  evidence = await openEvidence();
  await evidence.checkpoint();
  await act("one");
  await evidence.checkpoint();
  const copies = TABLES.map((table) => `CREATE TABLE kept.${table} AS TABLE public.${table}`);
  await evidence.asSuperuser(`CREATE SCHEMA kept; ${copies.join("; ")}`);
  before = (await evidence.db.query("SELECT FROM audit_entry")).length;
  await act("two");
  await evidence.checkpoint();
  await act("three");
  await evidence.checkpoint();
  await appendCheckpoints(evidence.db, file);
});
afterEach(async () => {
  await evidence.end();
  await rm(folder, { recursive: true });
});

const putBack = () =>
  evidence.asSuperuser(
    TABLES.map(
      (table) => `TRUNCATE public.${table} CASCADE; INSERT INTO public.${table} SELECT * FROM kept.${table}`,
    ).join("; "),
  );
const as = (role: Role) => contextAs(evidence.db, role);
const found = () => findRestore(evidence.db, file);

describe("a database is held against the checkpoints that are kept outside of it", () => {
  test("and goes on where it has them, or more, or where none are kept", async () => {
    expect(await found()).toBe(false);
    await evidence.checkpoint();
    expect(await found()).toBe(false);
    expect(await findRestore(evidence.db, path.join(folder, "none.jws"))).toBe(false);
    expect(await findRestore(evidence.db, null)).toBe(false);
    expect(await getRestore(as("auditor"))).toBeNull();
  });

  test("and is sealed where it is older, once, with what is lost", async () => {
    await putBack();
    expect(await Promise.all([found(), found()])).toEqual([true, true]);
    expect(await evidence.db.query("SELECT FROM restore")).toHaveLength(1);
    expect(await getRestore(as("auditor"))).toMatchObject({
      mark: { number: 4 },
      common: { number: 2 },
      lostActs: 2,
      lostCheckpoints: 2,
    });
    await expect(getRestore(contextAs(evidence.db, "anonymous"))).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });

  test("and is sealed where it went on by itself since, and where it has none of them", async () => {
    await putBack();
    for (let n = 0; n < 3; n += 1) await evidence.checkpoint();
    expect(await found()).toBe(true);
    expect(await getRestore(as("auditor"))).toMatchObject({ mark: { number: 4 }, common: { number: 2 } });
    await evidence.asSuperuser("DELETE FROM restore; DELETE FROM checkpoint");
    expect(await found()).toBe(true);
    expect(await getRestore(as("auditor"))).toMatchObject({ common: null, lostCheckpoints: 4 });
  });

  test("but not where the file is another database's", async () => {
    const other = await openEvidence();
    await other.checkpoint();
    expect(await findRestore(other.db, file)).toBe(false);
    await expect(appendCheckpoints(other.db, file), "and that is said").rejects.toThrow(CheckpointFileError);
    await other.end();
  });

  test("also where a kill cut its last line off", async () => {
    await putBack();
    await writeFile(file, (await readFile(file, "utf8")).slice(0, -40));
    expect(await found()).toBe(true);
    expect(await getRestore(as("auditor"))).toMatchObject({ mark: { number: 3 } });
  });
});

describe("a restore is confirmed", () => {
  beforeEach(async () => {
    await putBack();
    await found();
  });

  test("by an owner, on record with what is lost, and the file that went on is laid aside", async () => {
    await copyFile(file, path.join(folder, "kept-elsewhere.jws"));
    const { orderId } = await confirmRestore(as("owner"), { revokesTokens: false });
    expect(orderId).toBeNull();
    expect(await found(), "the same file").toBe(false);
    const [entry] = await evidence.db.query(
      "SELECT act, after, actor_kind AS by FROM audit_entry ORDER BY sequence DESC LIMIT 1",
    );
    expect(entry).toMatchObject({
      act: "database.restore_confirmed",
      by: "api_token",
      after: { lostActs: 2, lastCheckpoint: 2, lostCheckpointsUpTo: 4, revokesTokens: false },
    });
    expect(await evidence.checkpoint()).toBe(3n);
    expect(await appendCheckpoints(evidence.db, file)).toBe(3);
    expect((await readdir(folder)).sort()).toEqual([
      "checkpoints.jws",
      "checkpoints.jws.lost-4",
      "kept-elsewhere.jws",
    ]);
    expect(await found()).toBe(false);
    expect(
      (await evidence.verify({ held: (await readFile(file, "utf8")).trim().split("\n") })).problems,
    ).toEqual([]);
  });

  test("and what was kept elsewhere before is known to be lost by it, as its act says; without that act it is missing", async () => {
    const kept = (await readFile(file, "utf8")).trim().split("\n");
    const verified = () => evidence.verify({ held: kept });
    const missing = [expect.objectContaining({ chain: "checkpoints", sequence: 3n })];
    expect((await verified()).problems, "before it is confirmed").toEqual(expect.arrayContaining(missing));
    const owner = as("owner");
    await confirmRestore(owner, { revokesTokens: false });
    for (let n = 0; n < 2; n += 1) {
      const { problems, checkpoints } = await verified();
      expect(problems).toEqual([]);
      expect(checkpoints).toMatchObject({
        lost: 2,
        restores: [{ after: 2, upTo: 4, by: owner.actor.name }],
      });
      // and also where there is another one of that number
      await act("four");
      await evidence.checkpoint();
    }
    const lines = await Array.fromAsync(
      writeEvidence(readEvidence(evidence.db), {
        keys: await readCheckpointKeys(evidence.db),
        at: new Date(),
      }),
    );
    const exported = await readEvidenceFile(Readable.from(lines));
    const fromFile = await verifyEvidence(exported.source, {
      keys: exported.keys,
      held: kept,
      at: exported.exportedAt,
    });
    expect(fromFile).toMatchObject({ problems: [], checkpoints: { lost: 2 } });
    await evidence.asSuperuser("UPDATE restore SET mark_number = 9");
    expect((await verified()).problems, "no act says so").toEqual(missing);
  });

  test("with all tokens from before revoked, in the same transaction", async () => {
    const fixture = fixtureOf(evidence.db);
    await fixture.token({ clientId: await fixture.client("billing") });
    const { orderId } = await confirmRestore(as("owner"), { revokesTokens: true });
    expect(
      await evidence.db.query(
        "SELECT id, verb, target_kind AS kind, cutoff IS NOT NULL AS cut FROM revocation_order",
      ),
    ).toEqual([{ id: orderId, verb: "revoke", kind: "everything", cut: true }]);
  });

  test("and each stream begins anew from where it had sent all uses: no snapshot of the other database hides one", async () => {
    const [stream, low] = [randomUUID(), new Date(Date.now() - 60_000)];
    await createUseWriter().write(evidence.db, [useOf()], null);
    // after it, so that it lies before whatever others of this server have written meanwhile
    const [of] = await evidence.db.query<{ next: string }>(
      "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next",
    );
    const ofDump = BigInt(of?.next ?? 0) + 3n;
    await evidence.asSuperuser(
      `INSERT INTO event_stream (id, name, delivery, url, format, sources, client_ids, acts_sequence, uses_base, uses_low, created_at, updated_at)
       VALUES ('${stream}', 'SIEM', 'syslog', 'syslog+tls://siem.example.com', 'ndjson', '{uses}', '{}', 0, '${ofDump}:${ofDump}:', '${low.toISOString()}', now(), now())`,
    );
    // this database's numbers go past those of the dump: what was written before looks as if the stream had sent it
    for (let n = 0; n < 6; n += 1) await act("later");
    const sent = async () => {
      const record = await getStreamRecord(evidence.db, stream);
      const page = await readUses(evidence.db, record.uses, { outcome: "all", clientIds: [], limit: 500 });
      return page.events.length;
    };
    expect(await sent()).toBe(0);
    await confirmRestore(as("owner"), { revokesTokens: false });
    expect((await getStreamRecord(evidence.db, stream)).uses).toMatchObject({ base: null, low });
    expect(await sent()).toBe(1);
  });

  test("once: the later of two is told, and records nothing", async () => {
    const both = await Promise.allSettled([
      confirmRestore(as("owner"), { revokesTokens: false }),
      confirmRestore(as("owner"), { revokesTokens: true }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "NOT_FOUND" } });
    expect(await evidence.db.query("SELECT FROM audit_entry")).toHaveLength(before + 1);
  });

  test("after a proof of who confirms it", async () => {
    const { makeAdmin, openSession } = sessionFixture(() => evidence.db, Date.now());
    const owner = await makeAdmin();
    const [stale, fresh] = [await openSession(owner, -1200), await openSession(owner, 0)];
    await expect(confirmRestore(stale(0), { revokesTokens: true })).rejects.toMatchObject({
      code: "STEP_UP_REQUIRED",
      kind: "bulk",
    });
    expect(await found()).toBe(true);
    await confirmRestore(fresh(1), { revokesTokens: true });
    expect(await found()).toBe(false);
  });

  test.each<Role>(["responder", "governor", "auditor"])("by no %s", async (role) => {
    await expect(confirmRestore(as(role), { revokesTokens: true })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect(await found()).toBe(true);
  });

  test("and a second restore of the same dump is found again", async () => {
    await confirmRestore(as("owner"), { revokesTokens: false });
    await evidence.checkpoint();
    await appendCheckpoints(evidence.db, file);
    await act("four");
    await evidence.checkpoint();
    await appendCheckpoints(evidence.db, file);
    await putBack();
    expect(await found()).toBe(true);
    expect(await getRestore(as("auditor"))).toMatchObject({ mark: { number: 4 }, common: { number: 2 } });
  });
});
