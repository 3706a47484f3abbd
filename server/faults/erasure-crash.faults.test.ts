import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { beginErasure } from "#lib/erasures/begin-erasure.ts";
import { getErasure } from "#lib/erasures/get-erasure.ts";
import {
  MARKS,
  type MarkedPerson,
  markedPerson,
  readyToErase,
  tablesWithMarks,
} from "#lib/erasures/test-person.ts";
import { type Evidence, openEvidence } from "#lib/seals/test-evidence.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { Brake } from "./brake.ts";
import { eventually } from "./instance.ts";
import { type Process, startProcess } from "./process.ts";

/** Several batches, beside the person's own few. */
const USES = 9_000;
/** Uses of an issue and of before, which the person of the tests comes with. */
const OF_PERSON = 4;

type Stage = { evidence: Evidence; person: MarkedPerson; startWorker(): Promise<Process> };

/** Somebody with thousands of uses, whose erasure an owner has begun, and workers to do it. */
async function stage(): Promise<Stage> {
  const evidence = await openEvidence();
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-checkpoints-"));
  const workers: Process[] = [];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await evidence.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const one = await evidence.newWriter();
  const person = await markedPerson(evidence, one);
  for (let written = 0; written < USES; written += 1_000) await person.use(1_000);
  await one.sealer.seal();
  await evidence.checkpoint();
  await readyToErase(evidence, person);
  await one.stop();
  await beginErasure(contextAs(evidence.db, "owner"), {
    userId: person.userId,
    reason: "user_request",
    note: "",
    confirm: MARKS.email,
  });
  return {
    evidence,
    person,
    async startWorker() {
      const worker = await startProcess("server/worker/main.ts", {
        DATABASE_URL: evidence.url,
        MASTER_KEY: evidence.masterKey.toString("base64"),
        AUTHORITY_ISSUER: "http://localhost:4000",
        CHECKPOINT_FILE: path.join(folder, "checkpoints.jws"),
      });
      workers.push(worker);
      return worker;
    },
  };
}

async function erasedUses({ evidence, person }: Stage): Promise<number> {
  const [row] = await evidence.db.query<{ erased: bigint }>(
    "SELECT count(*) AS erased FROM token_use WHERE user_id = $1::uuid AND octet_length(salt) = 32",
    [person.userId],
  );
  return Number(row?.erased);
}

test.each([
  {
    at: "between two batches",
    place: {
      table: "erasure",
      on: "UPDATE",
      when: "before",
      condition: "NEW.done > OLD.done AND NEW.done >= 4000",
    },
    erased: { least: 4_000, most: USES - 1 },
  },
  {
    at: "in its last transaction",
    place: { table: "audit_entry", when: "after", condition: "NEW.act = 'user.erased'" },
    erased: { least: USES, most: USES + OF_PERSON },
  },
  {
    at: "in the commit of it",
    place: { table: "audit_entry", when: "commit", condition: "NEW.act = 'user.erased'" },
    erased: { least: USES, most: USES + OF_PERSON },
  },
] as const)(
  "an erasure whose worker is killed with -9 $at is ended by the next one: nothing marked is left, once on record, and all verifies",
  async ({ place, erased }) => {
    const stands = await stage();
    const { evidence, person } = stands;
    const brake = await Brake.at(evidence.url, place);
    await brake.hold();
    const first = await stands.startWorker();
    await brake.held();
    const half = await erasedUses(stands);
    expect(half).toBeGreaterThanOrEqual(erased.least);
    expect(half).toBeLessThanOrEqual(erased.most);
    await first.kill();
    await brake.letGo();
    await eventually(async () => ((await brake.waiting()) === 0 ? true : undefined), 20_000);
    await brake.remove(place.table);
    const between = await evidence.verify();
    expect(between.problems, "what is erased so far verifies").toEqual([]);
    // a worker takes over what was not heard of for a minute
    await evidence.asSuperuser(
      "UPDATE erasure SET seen_at = now() - interval '5 minutes' WHERE state = 'running'",
    );
    await stands.startWorker();
    const owner = contextAs(evidence.db, "owner");
    const done = await eventually(async () => {
      const found = await getErasure(owner, person);
      return found?.state === "done" ? found : undefined;
    }, 60_000);
    expect(done.found).toMatchObject({ uses: USES + OF_PERSON, tokens: 1 });
    expect(await tablesWithMarks(evidence)).toEqual([]);
    const acts = await evidence.db.query("SELECT 1 FROM audit_entry WHERE act = 'user.erased'");
    expect(acts, "it is on record once").toHaveLength(1);
    const verified = await evidence.verify();
    expect(verified.problems).toEqual([]);
    expect(verified.erased).toMatchObject({ people: 1, uses: USES + OF_PERSON, underWay: 0 });
  },
  180_000,
);
