import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contextAs } from "../tokens/token-fixture.ts";
import { appendCheckpoints, CheckpointFileError, readCheckpointFile } from "./checkpoint-file.ts";
import { EvidenceFileError, readEvidenceFile, writeEvidence } from "./evidence-file.ts";
import { getSealCoverage } from "./get-seal-coverage.ts";
import { makeCheckpoint } from "./make-checkpoint.ts";
import { readCheckpointKeys, readEvidence } from "./read-evidence.ts";
import { type Evidence, openEvidence, type TestWriter } from "./test-evidence.ts";
import { verifyEvidence } from "./verify-evidence.ts";

let evidence: Evidence;
let one: TestWriter;
let folder: string;
let file: string;
beforeEach(async () => {
  evidence = await openEvidence();
  one = await evidence.newWriter();
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-checkpoints-"));
  file = path.join(folder, "kept", "checkpoints.jws");
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await evidence.end();
});

test("a checkpoint is signed once a minute, idle or not, by one of several workers", async () => {
  const ctx = contextAs(evidence.db, "owner");
  const made = await Promise.all(Array.from({ length: 4 }, () => makeCheckpoint(ctx, evidence.wrapper)));
  expect(made.filter((number) => number !== null)).toEqual([1n]);
  expect(await makeCheckpoint(ctx, evidence.wrapper)).toBeNull();
  await evidence.asSuperuser("UPDATE checkpoint SET at = at - interval '61 seconds'");
  expect(await makeCheckpoint(ctx, evidence.wrapper)).toBe(2n);
});

test("the file has every checkpoint once, in order, and what a kill cut off is written anew", async () => {
  await evidence.checkpoint();
  await evidence.checkpoint();
  expect(await appendCheckpoints(evidence.db, file)).toBe(2);
  expect(await appendCheckpoints(evidence.db, file)).toBe(0);
  await evidence.checkpoint();
  const [, , third] = await evidence.jws();
  appendFileSync(file, String(third).slice(0, 40));
  expect(await appendCheckpoints(evidence.db, file)).toBe(1);
  expect(await readCheckpointFile(file)).toEqual(await evidence.jws());
  const held = await readCheckpointFile(file);
  expect(await evidence.verify({ held })).toMatchObject({ problems: [], checkpoints: { count: 3, held: 3 } });
});

test("a database that is older than the file, or another one, is noticed, and nothing is added", async () => {
  await evidence.checkpoint();
  await evidence.checkpoint();
  await appendCheckpoints(evidence.db, file);
  const before = readFileSync(file, "utf8");
  await evidence.asSuperuser("DELETE FROM checkpoint WHERE number = 2");
  await expect(appendCheckpoints(evidence.db, file)).rejects.toThrow(/has no checkpoint 2.*older dump/);
  await evidence.checkpoint();
  await expect(appendCheckpoints(evidence.db, file)).rejects.toThrow(/has another checkpoint 2/);
  expect(readFileSync(file, "utf8")).toBe(before);
  writeFileSync(file, "something else\n");
  await expect(appendCheckpoints(evidence.db, file)).rejects.toThrow(CheckpointFileError);
});

test("an export verifies where there is no database, and shows what was changed in it or cut off", async () => {
  await one.write(5, { path: "/a" });
  await one.sealer.seal();
  await evidence.checkpoint();
  await one.write(2, { path: "/b" });
  await one.sealer.seal();
  const keys = await readCheckpointKeys(evidence.db);
  const lines: string[] = [];
  for await (const line of writeEvidence(readEvidence(evidence.db), { keys, at: new Date() }))
    lines.push(line);
  async function* given(of: readonly string[]) {
    yield* of;
  }
  const verify = async (of: readonly string[]) => {
    const { source, exportedAt } = await readEvidenceFile(given(of));
    return verifyEvidence(source, { keys, held: await evidence.jws(), at: exportedAt });
  };
  expect(await verify(lines)).toMatchObject({ problems: [], uses: { rows: 7, seals: 2, uncovered: 1 } });
  const edited = lines.map((line) => line.replace('"path":"/b"', '"path":"/c"'));
  expect((await verify(edited)).problems).toMatchObject([{ chain: one.writer.id, sequence: 2n }]);
  const without = lines.filter((line) => !line.includes('"line":"use"') || !line.includes("/b"));
  await expect(verify(without)).rejects.toThrow(EvidenceFileError);
  await expect(verify(lines.slice(0, -1))).rejects.toThrow(/cut off/);
  await expect(verify(lines.slice(1))).rejects.toThrow(/does not begin/);
  const use = lines.find((line) => line.includes('"line":"use"'));
  for (const behind of [use ?? "", "anything"])
    await expect(verify([...lines, behind])).rejects.toThrow(/after its end.* goes on/);
  await expect(verify(lines.map((line) => line.replace('"flush":"1"', '"flush":"1,2"')))).rejects.toThrow(
    /is no line of evidence: flush/,
  );
  const last = lines.map((line) =>
    line.includes('"line":"end"') ? `{"line":"end","lines":${without.length - 1}}` : line,
  );
  const cut = last.filter((line) => !line.includes('"line":"use"') || !line.includes("/b"));
  expect((await verify(cut)).problems).toMatchObject([{ chain: one.writer.id, sequence: 2n }]);
});

test("an auditor sees how far it is sealed, and a minute later than three that no checkpoint came; nobody else does", async () => {
  const auditor = contextAs(evidence.db, "auditor");
  expect(await getSealCoverage(auditor)).toEqual({ sealedUntil: null, checkpoint: null, isOverdue: true });
  await one.write(1);
  await one.sealer.seal();
  await evidence.checkpoint();
  const [jws] = await evidence.jws();
  expect(await getSealCoverage({ ...auditor, now: new Date() })).toMatchObject({
    sealedUntil: expect.any(String),
    checkpoint: { number: 1, jws },
    isOverdue: false,
  });
  const later = { ...auditor, now: new Date(Date.now() + 181_000) };
  expect((await getSealCoverage(later)).isOverdue).toBe(true);
  await expect(getSealCoverage(contextAs(evidence.db, "anonymous"))).rejects.toThrow();
});
