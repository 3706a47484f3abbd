import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { openIncidentInput } from "#lib/incidents/input.ts";
import { openIncident } from "#lib/incidents/open-incident.ts";
import { takePack } from "#lib/incidents/test-pack.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { checkpointKeys, type PastKey } from "#lib/keys/checkpoint-keys.ts";
import { compromiseKey } from "#lib/keys/compromise-key.ts";
import { destroyKey } from "#lib/keys/destroy-key.ts";
import { planEmergency } from "#lib/keys/plan-emergency.ts";
import { publicJwks } from "#lib/keys/public-jwks.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { writeEvidence } from "#lib/seals/evidence-file.ts";
import { makeCheckpoint } from "#lib/seals/make-checkpoint.ts";
import { readCheckpointKeys, readEvidence } from "#lib/seals/read-evidence.ts";
import { type Evidence, openEvidence } from "#lib/seals/test-evidence.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";

const tool = path.join(import.meta.dirname, "tokenwarden.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-old-packs-"));

let evidence: Evidence;
let pack: string;
let log: string;
let checkpoints: string;
/** The key that signed both, long retired. */
let kid: string;

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const keysOf = ({ db }: Evidence) =>
  db.query<PastKey>(
    `SELECT kid, purpose, algorithm, state, public_jwk AS "publicJwk", compromised_at AS "compromisedAt" FROM signing_key
     ORDER BY created_at, kid`,
  );
const published = async (of = evidence) => JSON.stringify(checkpointKeys(await keysOf(of)));

async function makePack(): Promise<string> {
  const { db, wrapper } = evidence;
  const writer = await evidence.newWriter();
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("billing");
  const { id: tokenId, familyId } = await fixture.token({ clientId });
  await writer.write(2, { tokenId, familyId, clientId, subject: "billing", path: "/invoices" });
  await writer.sealer.seal();
  const opened = openIncidentInput.parse({ title: "Leaked", subjects: [{ kind: "token", id: tokenId }] });
  const { number } = await openIncident(contextAs(db, "responder"), opened);
  await evidence.checkpoint();
  // as a worker that signs whenever it is asked for
  let isOver = false;
  const worker = (async () => {
    while (!isOver) {
      await wait(50);
      await makeCheckpoint(systemContext(db, "worker"), wrapper);
    }
  })();
  const made = await takePack(contextAs(db, "auditor"), number);
  isOver = true;
  await worker;
  await writer.stop();
  return JSON.stringify(made);
}

async function exportLog(): Promise<string> {
  const lines: string[] = [];
  const given = { keys: await readCheckpointKeys(evidence.db), at: new Date() };
  for await (const line of writeEvidence(readEvidence(evidence.db), given)) lines.push(`${line}\n`);
  return lines.join("");
}

/** The key of checkpoints is replaced, and leaves the JWKS, as if the time for it had passed. */
async function rotateAway(): Promise<string> {
  const { db, wrapper } = evidence;
  const [before] = await db.query<{ kid: string }>(
    "SELECT kid FROM signing_key WHERE purpose = 'checkpoint' AND state = 'active'",
  );
  const why = { purpose: "checkpoint", reason: "policy", note: "" } as const;
  await rotateKey(contextAs(db, "governor"), wrapper, why);
  for (const step of ["activated", "retired"]) {
    await db.query(
      `UPDATE signing_key SET ready_at = ready_at - interval '1 year', activates_at = activates_at - interval '1 year',
         retires_at = retires_at - interval '1 year' WHERE purpose = 'checkpoint'`,
    );
    expect(await advanceKeys(systemContext(db, "worker")), step).toBe(true);
  }
  return before?.kid as string;
}

beforeAll(async () => {
  evidence = await openEvidence();
  pack = write("case-1-evidence.json", await makePack());
  log = write("log.ndjson", await exportLog());
  checkpoints = write("checkpoints.jws", `${(await evidence.jws()).join("\n")}\n`);
  kid = await rotateAway();
}, 60_000);
afterAll(async () => {
  await evidence.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The first of those that were kept, in a file. */
function checkpointsUpTo(count: number): string {
  const kept = readFileSync(checkpoints, "utf8").trim().split("\n");
  expect(kept.length).toBeGreaterThan(count);
  return write(
    `checkpoints-${count}.jws`,
    kept
      .slice(0, count)
      .map((jws) => `${jws}\n`)
      .join(""),
  );
}

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

describe("evidence whose key has left the JWKS", { timeout: 60_000 }, () => {
  test("holds against the keys that ever signed checkpoints, and not against those of now", async () => {
    const past = write("checkpoint-keys.json", await published());
    for (const file of [pack, log]) {
      const { code, stdout, stderr } = await verify(file, "--keys", past);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toMatch(/BROKEN|COMPROMISED/);
    }
    const jwks = publicJwks(await keysOf(evidence));
    expect(jwks.keys.map((key) => key.kid)).not.toContain(kid);
    const now = await verify(pack, "--keys", write("jwks.json", JSON.stringify(jwks)));
    expect(now.code).toBe(1);
    expect(now.stdout).toMatch(/BROKEN +checkpoint \d+ is not signed by a key that is known here/);
  });

  test("is broken against the keys of another authority", async () => {
    const other = await openEvidence();
    const theirs = write("theirs.json", await published(other));
    await other.end();
    for (const file of [pack, log]) {
      const { code, stdout } = await verify(file, "--keys", theirs);
      expect(code).toBe(1);
      expect(stdout).toMatch(/BROKEN .* is not signed by a key that is known here/);
    }
  });

  test("by a key that was compromised since holds only with a copy of the checkpoints, and says so; what it signed later is broken", async () => {
    const { db, wrapper } = evidence;
    const admin = contextAs(db, "owner");
    const owner = () => ({ ...admin, now: new Date() });
    const { plan } = await planEmergency(owner(), { kid });
    const given = { reason: "key_compromise", note: "found in a backup" } as const;
    await compromiseKey(owner(), wrapper, { kid, planId: plan.id, confirm: plan.confirm ?? "", ...given });
    const whileKept = await published();
    await destroyKey(owner(), { kid, ...given });
    expect(await published(), "that it was compromised is known after it was destroyed").toBe(whileKept);
    const past = write("checkpoint-keys-since.json", whileKept);

    const alone = await verify(pack, "--keys", past);
    expect(alone.code).toBe(3);
    expect(alone.stdout).toMatch(new RegExp(`^COMPROMISED +key ${kid}, on 20`, "m"));
    expect(alone.stdout).not.toContain("BROKEN");
    expect(alone.stderr).toContain("by a key that was compromised since");
    const kept = await verify(pack, "--keys", past, "--checkpoints", checkpoints);
    expect(kept).toMatchObject({ code: 0, stderr: "" });
    // an hour before: as if all of it had been signed after that
    const earlier = checkpointKeys(await keysOf(evidence)).keys.map((key) => ({
      ...key,
      ...(key.kid === kid && { revoked: { revoked_at: Date.now() / 1_000 - 3_600 } }),
    }));
    const since = write("earlier.json", JSON.stringify({ keys: earlier }));
    for (const file of [pack, log]) {
      const { code, stdout } = await verify(file, "--keys", since, "--checkpoints", checkpoints);
      expect(code).toBe(1);
      expect(stdout).toMatch(/BROKEN .* is signed by a key that was compromised on 20\S+, before it/);
    }
  });

  test("in a log is told as in a pack: it ends with 3 where nothing vouches for its end, neither a whole copy nor a later key", async () => {
    const past = write("checkpoint-keys-now.json", await published());
    await evidence.checkpoint();
    const later = write("later.ndjson", await exportLog());
    const [alone, kept, older, none, unkeyed, next] = await Promise.all([
      verify(log, "--keys", past),
      verify(log, "--keys", past, "--checkpoints", checkpoints),
      verify(log, "--keys", past, "--checkpoints", checkpointsUpTo(1)),
      verify(log, "--keys", past, "--checkpoints", checkpointsUpTo(0)),
      verify(log, "--checkpoints", checkpointsUpTo(1)),
      verify(later, "--keys", past),
    ]);
    expect([alone, kept, older, none, unkeyed, next].map(({ code }) => code)).toEqual([3, 0, 3, 3, 3, 0]);
    for (const { stdout } of [alone, kept, next]) expect(stdout).toMatch(/^COMPROMISED /m);
    expect(unkeyed.stderr).toContain("its newest checkpoint is not in the copy that was given");
  });
});
