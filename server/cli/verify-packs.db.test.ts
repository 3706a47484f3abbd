import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EvidencePack } from "#lib/incidents/evidence.ts";
import { evidenceHtml } from "#lib/incidents/evidence-html.ts";
import { exportEvidence } from "#lib/incidents/export-evidence.ts";
import { openIncidentInput } from "#lib/incidents/input.ts";
import { openIncident } from "#lib/incidents/open-incident.ts";
import { releaseEvidence } from "#lib/incidents/release-evidence.ts";
import { openEvidence } from "#lib/seals/test-evidence.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";

const tool = path.join(import.meta.dirname, "tokenwarden.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-packs-"));

let pack: EvidencePack;
let files: { html: string; json: string; checkpoints: string; others: string };

function write(name: string, text: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A sealed log with uses of a token that still works, a case on it, its pack, and the checkpoints as they are kept; and those of somebody else. */
async function makePack(): Promise<{ pack: EvidencePack; jws: string[] }> {
  const evidence = await openEvidence();
  const writer = await evidence.newWriter();
  const { db } = evidence;
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("billing");
  const { id: tokenId, familyId } = await fixture.token({ clientId });
  await writer.write(3, { tokenId, familyId, clientId, subject: "billing", path: "/invoices" });
  await writer.sealer.seal();
  const subjects = [{ kind: "token", id: tokenId }];
  const { number } = await openIncident(
    contextAs(db, "responder"),
    openIncidentInput.parse({ title: "Leaked", subjects }),
  );
  const auditor = contextAs(db, "auditor");
  const { id } = await releaseEvidence(auditor, number, { format: "html" });
  await evidence.checkpoint();
  const { pack: made } = await exportEvidence(auditor, { number, id });
  const jws = await evidence.jws();
  await writer.stop();
  await evidence.end();
  return { pack: made, jws };
}

beforeAll(async () => {
  const made = await makePack();
  pack = made.pack;
  files = {
    html: write("case-1-evidence.html", evidenceHtml(pack)),
    json: write("case-1-evidence.json", JSON.stringify(pack, null, 2)),
    checkpoints: write("checkpoints.jws", `${made.jws.join("\n")}\n`),
    others: write("others.jws", `${(await makePack()).jws.join("\n")}\n`),
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
  test.each(["html", "json"] as const)(
    "a whole pack as %s holds, by itself and against checkpoints that were kept",
    async (format) => {
      const alone = await verify(files[format]);
      expect(alone).toMatchObject({ code: 0, stderr: "" });
      expect(alone.stdout).toMatch(/uses +3 of 4 proved[\s\S]*acts +2 of 2 proved/);
      expect(alone.stdout).toContain("no checkpoint that is held elsewhere was given");
      const kept = await verify(files[format], "--checkpoints", files.checkpoints);
      expect(kept).toMatchObject({ code: 0, stderr: "" });
      expect(kept.stdout).toContain(`elsewhere    1 of its 1 checkpoint is in ${files.checkpoints}`);
      expect(kept.stdout).not.toContain("BROKEN");
    },
  );

  test.each(["html", "json"] as const)(
    "a pack as %s in which one byte of its data was changed is broken",
    async (format) => {
      const whole = format === "html" ? evidenceHtml(pack) : JSON.stringify(pack, null, 2);
      const said = format === "html" ? 'invoices","' : 'invoices",';
      const { code, stdout } = await verify(
        edited(files[format], said, whole),
        "--checkpoints",
        files.checkpoints,
      );
      expect(code).toBe(1);
      expect(stdout).toContain("BROKEN       the pack was changed since it was made");
      expect(stdout).toMatch(/BROKEN {7}use [0-9a-f-]{36} is not what was sealed/);
    },
  );

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

  test("a pack whose checkpoint is another one than was kept is broken, or said to be nowhere", async () => {
    const { code, stdout } = await verify(files.json, "--checkpoints", files.others);
    expect(code).toBe(1);
    expect(stdout).toContain("BROKEN");
  });
});
