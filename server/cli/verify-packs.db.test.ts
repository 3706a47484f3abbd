import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import type { EvidencePack } from "#lib/incidents/evidence.ts";
import { evidenceHtml } from "#lib/incidents/evidence-html.ts";
import { exportEvidence } from "#lib/incidents/export-evidence.ts";
import { openIncidentInput } from "#lib/incidents/input.ts";
import { openIncident } from "#lib/incidents/open-incident.ts";
import { releaseEvidence } from "#lib/incidents/release-evidence.ts";
import { verifyPack } from "#lib/incidents/verify-pack.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { makeCheckpoint } from "#lib/seals/make-checkpoint.ts";
import { openEvidence } from "#lib/seals/test-evidence.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { forgeriesOf } from "./test-forgeries.ts";

const tool = path.join(import.meta.dirname, "tokenwarden.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-packs-"));

let pack: EvidencePack;
/** The same, let out as JSON. */
let data: EvidencePack;
let files: { html: string; json: string; keys: string; checkpoints: string; others: string };

function write(name: string, text: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A sealed log with uses of a token that still works, a case on it, its pack, and the checkpoints as they are kept; and those of somebody else. */
async function makePack(): Promise<{ pack: EvidencePack; json: EvidencePack; jws: string[] }> {
  const evidence = await openEvidence();
  const writer = await evidence.newWriter();
  const { db } = evidence;
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("billing");
  const { id: tokenId, familyId } = await fixture.token({ clientId });
  const userAgent = "</SCRIPT><h1>Nothing of it works any more.</h1>";
  await writer.write(3, { tokenId, familyId, clientId, subject: "billing", path: "/invoices", userAgent });
  await writer.sealer.seal();
  const subjects = [{ kind: "token", id: tokenId }];
  const { number } = await openIncident(
    contextAs(db, "responder"),
    openIncidentInput.parse({ title: "Leaked", subjects }),
  );
  const auditor = contextAs(db, "auditor");
  const ids = await Promise.all(
    (["html", "json"] as const).map(
      async (format) => (await releaseEvidence(auditor, number, { format })).id,
    ),
  );
  await evidence.checkpoint();
  // as a worker that signs whenever it is asked for
  let isOver = false;
  const worker = (async () => {
    while (!isOver) {
      await wait(50);
      await makeCheckpoint(systemContext(db, "worker"), evidence.wrapper);
    }
  })();
  const [made, json] = [
    await exportEvidence(auditor, { number, id: ids[0] as string }),
    await exportEvidence(auditor, { number, id: ids[1] as string }),
  ].map(({ pack: one }) => one) as [EvidencePack, EvidencePack];
  isOver = true;
  await worker;
  const jws = await evidence.jws();
  await writer.stop();
  await evidence.end();
  return { pack: made, json, jws };
}

async function checkpointOfOthers(): Promise<string[]> {
  const evidence = await openEvidence();
  await evidence.checkpoint();
  const jws = await evidence.jws();
  await evidence.end();
  return jws;
}

beforeAll(async () => {
  const made = await makePack();
  ({ pack, json: data } = made);
  files = {
    html: write("case-1-evidence.html", evidenceHtml(pack)),
    json: write("case-1-evidence.json", JSON.stringify(data, null, 2)),
    keys: write(
      "jwks.json",
      JSON.stringify({ keys: data.proofs.keys.map(({ kid, alg, jwk }) => ({ ...jwk, kid, alg })) }),
    ),
    checkpoints: write("checkpoints.jws", `${made.jws.join("\n")}\n`),
    others: write("others.jws", `${(await checkpointOfOthers()).join("\n")}\n`),
  };
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npx tokenwarden audit verify …`, without a database and with nothing of the product's beside it. */
function verify(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH,
      DATA_DIR: path.join(folder, "none"),
    } as unknown as NodeJS.ProcessEnv;
    const child = spawn(process.execPath, [tool, "audit", "verify", ...args], { env });
    const result = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (result.stdout += chunk));
    child.stderr.on("data", (chunk) => (result.stderr += chunk));
    child.once("close", (code) => resolve({ code, ...result }));
  });
}

/** The same file with one byte of some text changed, and no other. */
function edited(file: string, of: string, whole: string): string {
  const at = whole.indexOf(of);
  expect(at, `${of} stands in it`).toBeGreaterThan(0);
  const bytes = Buffer.from(whole);
  const place = Buffer.byteLength(whole.slice(0, at));
  bytes[place] = (bytes[place] as number) ^ 1;
  return write(`edited-${path.basename(file)}`, bytes);
}

describe("npx tokenwarden audit verify PACK", { timeout: 60_000 }, () => {
  test("whole packs hold, as HTML and as JSON, by themselves and against checkpoints that were kept", async () => {
    const both = [files.html, files.json];
    // by keys that it brings itself anybody could have signed it
    const alone = await verify(...both);
    expect(alone.code).toBe(3);
    expect(alone.stderr).toMatch(/^tokenwarden: it holds in itself, by keys that it brings/);
    expect(alone.stdout.match(/uses +3 of 4 proved[^\n]*\nacts +(\d+) of \1 proved/g)).toHaveLength(2);
    expect(alone.stdout.match(/left +as it is on [^\n]* act \d+ of the log has its hash/g)).toHaveLength(2);
    expect(
      alone.stdout.match(/claimed +1 record, and not proved: 1 from before there were seals/g),
    ).toHaveLength(2);
    expect(alone.stdout).toContain("page         shows what its data says");
    expect(alone.stdout).toContain("no checkpoint that is held elsewhere was given");
    expect(await verify(...both, "--keys", files.keys)).toMatchObject({ code: 0, stderr: "" });
    const kept = await verify(...both, "--checkpoints", files.checkpoints);
    expect(kept).toMatchObject({ code: 0, stderr: "" });
    expect(kept.stdout.match(/elsewhere +(\d+) of its \1 checkpoints? (?:is|are) in /g)).toHaveLength(2);
    expect(kept.stdout).not.toContain("BROKEN");
  });

  test("packs in whose data one byte was changed are broken, as HTML and as JSON", async () => {
    const html = edited(files.html, 'invoices","', evidenceHtml(pack));
    const json = edited(files.json, 'invoices",', JSON.stringify(data, null, 2));
    const { code, stdout } = await verify(html, json, "--checkpoints", files.checkpoints);
    expect(code).toBe(1);
    expect(stdout.split("BROKEN       the pack was changed since it was made")).toHaveLength(3);
    expect(stdout.match(/BROKEN {7}use [0-9a-f-]{36} is not what was sealed/g)).toHaveLength(2);
  });

  test("a page that says plainly that its token still works is broken where one byte of what people read was changed", async () => {
    const whole = evidenceHtml(pack);
    expect(whole).toContain("The token still works: whoever holds it is let in.");
    const { code, stdout } = await verify(
      edited(files.html, "still works", whole),
      "--checkpoints",
      files.checkpoints,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("BROKEN       the page was changed since it was made");
    expect(stdout).not.toContain("the pack was changed");
  });

  test("no forgery of a pack passes, in whichever of many ways it was made from an honest one", async () => {
    const forgeries = await forgeriesOf({ page: pack, data });
    expect(forgeries.length).toBeGreaterThan(30);
    const names = forgeries.map(({ text, name = "json" }, index) => write(`forged-${index}.${name}`, text));
    const { code, stdout } = await verify(...names, "--keys", files.keys);
    expect(code).toBe(1);
    // what strangers wrote into a pack is neither a line of its own nor a command to the terminal
    expect(stdout).not.toMatch(/[^\n\P{Cc}]/u);
    const told = stdout.split(/^.*\/forged-\d+\.(?:html|json)\n/m).slice(1);
    expect(told).toHaveLength(forgeries.length);
    const passed = forgeries.filter((_, index) => !/^(?:BROKEN|UNPROVED) /m.test(told[index] ?? ""));
    expect(passed.map(({ what }) => what)).toEqual([]);
    // a key of one's own vouches for nothing: where there is nothing else to hold it against, that is said
    const own = forgeries.findIndex(({ what }) => what.startsWith("all of it signed"));
    expect((await verify(names[own] as string)).code).toBe(3);
    const held = await readCheckpointFile(files.checkpoints);
    const byHeld = await verifyPack(forgeries[own]?.text as string, { keys: null, held });
    expect(byHeld.faults).toContainEqual(expect.stringMatching(/^checkpoint 7 is /));
  });

  test("a pack whose checkpoint is another one than was kept is broken", async () => {
    const { code, stdout } = await verify(files.json, "--checkpoints", files.others);
    expect(code).toBe(1);
    expect(stdout).toContain("BROKEN");
  });
});
