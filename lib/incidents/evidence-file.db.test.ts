import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { addNote } from "./add-note.ts";
import { addSubjects } from "./add-subjects.ts";
import { readWaitingFile, spendFile } from "./evidence-file.ts";
import { readIncident } from "./incident-row.ts";
import { openIncidentInput } from "./input.ts";
import { openIncident } from "./open-incident.ts";
import { releaseEvidence } from "./release-evidence.ts";
import { updateIncident } from "./update-incident.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;
let ctx: Context;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
  ctx = fixture.as("owner");
});
afterAll(() => db.end());

/** A database in which a transaction that has put something into a case waits, before its entry in the log, until it may go on. */
function heldDatabase(): { held: Database; isDone: Promise<void>; commit: () => void } {
  const { promise: gate, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isDone, resolve: done } = Promise.withResolvers<void>();
  const heldIn =
    (tx: Pick<Database, "query">): Database["query"] =>
    async (text, values) => {
      const rows = await tx.query(text, values);
      if (text.includes("INSERT INTO incident_subject")) {
        done();
        await gate;
      }
      return rows as never;
    };
  const transaction: Database["transaction"] = (work) =>
    db.transaction((tx) => work({ ...tx, query: heldIn(tx) }));
  return { held: { ...db, transaction }, isDone, commit };
}

async function opened() {
  const world = await fixture.world();
  const input = openIncidentInput.parse({ title: "Token in a gist", tokenIds: [world.first] });
  const { id, number, version } = await openIncident(fixture.later(ctx), input);
  const release = () => releaseEvidence(fixture.later(ctx), number, { format: "json" });
  const fetch = (file: string) => readWaitingFile(fixture.later(ctx), { id: file, incidentId: id });
  const added = { number, tokenIds: [world.second], subjects: [] };
  return { id, number, version, release, fetch, added };
}

test("what a request puts into a case that began before its pack was let out, and commits after, is seen at the fetch, whatever the clocks said", async () => {
  const { release, fetch, added } = await opened();
  const { id } = await release();
  expect(await fetch(id)).toBe("json");
  await addSubjects(fixture.later(ctx, -5_000), added);
  await expect(fetch(id)).rejects.toMatchObject({ code: "GONE" });
  expect(await fetch((await release()).id), "a new one is of it").toBe("json");
});

test("a pack that is let out while something is put into its case waits for that, and is of it", async () => {
  const { id: incidentId, release, fetch, added } = await opened();
  const { held, isDone, commit } = heldDatabase();
  const adding = addSubjects({ ...fixture.later(ctx), db: held }, added);
  await isDone;
  const releasing = release();
  commit();
  await adding;
  expect(await fetch((await releasing).id)).toBe("json");
  const [entry] = await db.query(
    "SELECT after ->> 'subjects' AS subjects FROM audit_entry WHERE act = 'incident.evidence_released' AND target_id = $1",
    [incidentId],
  );
  expect(entry).toEqual({ subjects: "2" });
});

test("what is put into a case while its pack is made is not in a pack that leaves, and the pack is not spent by it", async () => {
  const { number, version, release, fetch, added } = await opened();
  const { id } = await release();
  await fetch(id);
  const { held, isDone, commit } = heldDatabase();
  const adding = addSubjects({ ...fixture.later(ctx), db: held }, added);
  await isDone;
  const spending = db.transaction((tx) => spendFile(tx, id, new Date()));
  // it waits for what holds the case
  commit();
  await expect(spending).rejects.toMatchObject({ code: "GONE" });
  await adding;
  const [file] = await db.query("SELECT fetched_at AS at FROM evidence_file WHERE id = $1::uuid", [id]);
  expect(file).toEqual({ at: null });

  const next = await release();
  await updateIncident(fixture.later(ctx), {
    number,
    version: (await readIncident(db, number)).version,
    compromisedFrom: new Date(0),
  });
  await expect(fetch(next.id), "another window has other tokens and uses").rejects.toMatchObject({
    code: "GONE",
  });
  expect(version).toBe(1);
});

test("a note and a tick change nothing of what a pack is of: it leaves, once", async () => {
  const { number, release, fetch } = await opened();
  const { id } = await release();
  await addNote(fixture.later(ctx), { number, step: "audit", text: "Seen." });
  expect(await fetch(id)).toBe("json");
  await db.transaction((tx) => spendFile(tx, id, new Date()));
  await expect(fetch(id)).rejects.toMatchObject({ code: "GONE" });
  await expect(db.transaction((tx) => spendFile(tx, id, new Date()))).rejects.toMatchObject({
    code: "GONE",
  });
});
