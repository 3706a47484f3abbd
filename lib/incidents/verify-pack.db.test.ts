import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { exportJWK } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import { recordRefusedUse } from "../api-tokens/record-refused-use.ts";
import { type Context, systemContext } from "../context.ts";
import { openCaseOfReport } from "../scanners/open-case-of-report.ts";
import { receiveLeakReport } from "../scanners/receive-leak-report.ts";
import { readCheckpoint } from "../seals/checkpoint.ts";
import { makeCheckpoint } from "../seals/make-checkpoint.ts";
import { makeRecordProofs } from "../seals/make-record-proofs.ts";
import { ACT_BOUNDS } from "../seals/prove-acts.ts";
import { USE_BOUNDS } from "../seals/prove-uses.ts";
import { recordProofs, type WhyUnproved } from "../seals/record-proofs.ts";
import { type Evidence, openEvidence, type TestWriter } from "../seals/test-evidence.ts";
import { useLeaf } from "../seals/use-leaf.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import type { EvidencePack } from "./evidence.ts";
import { FORMAT_BEFORE, hashedOf, packOf } from "./evidence.ts";
import { evidenceHtml } from "./evidence-html.ts";
import { exportEvidence } from "./export-evidence.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { getIncidentUses } from "./get-incident-uses.ts";
import { readIncident } from "./incident-row.ts";
import { openIncidentInput } from "./input.ts";
import { openIncident } from "./open-incident.ts";
import { readLeakedActs } from "./read-leaked-acts.ts";
import { releaseEvidence } from "./release-evidence.ts";
import { takePack } from "./test-pack.ts";
import { beginsAsPack, verifyPack } from "./verify-pack.ts";

let evidence: Evidence;
let writer: TestWriter;
let number: number;
let pack: EvidencePack;

const own = { keys: null, held: null };

/** As a worker that signs a checkpoint whenever one is wanted. */
async function whileSigning<T>(work: () => Promise<T>): Promise<T> {
  const { db, wrapper } = evidence;
  let isOver = false;
  const worker = (async () => {
    while (!isOver) {
      await wait(50);
      await makeCheckpoint(systemContext(db, "worker"), wrapper);
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await worker;
  }
}

/** Uses of a token in several seals, others' between them, a case on it, and checkpoints over all. */
beforeAll(async () => {
  evidence = await openEvidence();
  writer = await evidence.newWriter();
  const { db } = evidence;
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("billing");
  const token = await fixture.token({ clientId, subject: "billing" });
  const use = {
    tokenId: token.id,
    familyId: token.familyId,
    clientId,
    subject: "billing",
    path: "/invoices",
  };
  for (const count of [1, 3, 2]) {
    await writer.write(2);
    await writer.write(count, use);
    await writer.write(1);
    await writer.sealer.seal();
  }
  await evidence.checkpoint();
  // in a seal of its own, which the next checkpoint names with the one after
  await writer.write(1, {
    ...use,
    refusal: "revoked",
    method: "GET",
    ip: "2001:db8::1",
    userAgent: "curl/8",
  });
  await writer.sealer.seal();
  await writer.write(1);
  await writer.sealer.seal();
  const subjects = [{ kind: "token", id: token.id }];
  ({ number } = await openIncident(
    contextAs(db, "responder"),
    openIncidentInput.parse({ title: "Leaked", subjects }),
  ));
  const auditor = contextAs(db, "auditor");
  const { id } = await releaseEvidence(auditor, number, { format: "json" });
  await evidence.checkpoint();
  ({ pack } = await whileSigning(() => exportEvidence(auditor, { number, id })));
});
afterAll(async () => {
  await writer.stop();
  await evidence.end();
});

/** A pack that somebody changed, and made its hash come out again. */
async function verifyAnew(change: (stated: EvidencePack) => void) {
  const { integrity, ...stated } = structuredClone(pack);
  change(stated as EvidencePack);
  return verifyPack(JSON.stringify(withLog(packOf(stated), integrity.log)), own);
}

const withLog = (of: EvidencePack, log: EvidencePack["integrity"]["log"]): EvidencePack => ({
  ...of,
  integrity: { ...of.integrity, log },
});

test("the uses and acts of a pack are proved by itself, as HTML and as JSON, and against checkpoints that were kept", async () => {
  const auditor = contextAs(evidence.db, "auditor");
  const { id } = await releaseEvidence(auditor, number, { format: "html" });
  const { pack: paged } = await whileSigning(() => exportEvidence(auditor, { number, id }));
  const held = await evidence.jws();
  for (const text of [JSON.stringify(pack), JSON.stringify(pack, null, 2)]) {
    expect(beginsAsPack(text.slice(0, 200))).toBe(true);
    expect(await verifyPack(text, own)).toMatchObject({
      number,
      faults: [],
      uses: { proved: 7, of: 8 },
      acts: { proved: 2, of: 2 },
      // the issue was written by a writer that never sealed
      claimed: ["before"],
      held: null,
      left: { by: "auditor@example.test" },
    });
  }
  const html = evidenceHtml(paged);
  expect(await verifyPack(html, { keys: null, held })).toMatchObject({
    faults: [],
    held: paged.proofs.checkpoints.length,
    isPageOfData: true,
    left: { at: expect.any(String) },
  });
  // what people read was changed, and the data was not
  const page = html.replace("Leaked</h1>", "All well</h1>");
  expect(await verifyPack(page, own)).toMatchObject({
    faults: ["the page was changed since it was made", expect.stringMatching(/was another page$/)],
    isPageOfData: false,
  });
  // and the hash that the page has of itself was taken out
  const bare = page.replace(/<meta name="tokenwarden-sha256"[^>]*>/, "");
  expect((await verifyPack(bare, own)).faults).toContain("the page was changed since it was made");
  expect(await verifyPack(JSON.stringify(pack), own)).toMatchObject({ isPageOfData: null });
  expect(evidenceHtml(pack)).toContain(
    "Of the uses that are listed, 7 of 8, and of the acts 2 of 2 carry the proof",
  );
  expect(pack.uses.rows.filter(({ outcome }) => outcome === "issued")).toHaveLength(1);
  // of others there are hashes alone
  const ids = new Set(pack.proofs.uses.map(({ use }) => use.tokenId));
  expect(ids.size).toBe(1);
});

test("what came after the newest checkpoint is not proved, and not taken for broken", async () => {
  const { number: later } = await openIncident(
    contextAs(evidence.db, "responder"),
    openIncidentInput.parse({
      title: "Again",
      subjects: [{ kind: "token", id: pack.uses.rows[0]?.token.id }],
    }),
  );
  const fresh = await takePack(contextAs(evidence.db, "auditor"), later);
  expect(await verifyPack(evidenceHtml(fresh), own)).toMatchObject({
    faults: [],
    acts: { proved: 0, of: 2 },
    claimed: ["before", "unsigned", "unsigned"],
    left: null,
  });
  expect(evidenceHtml(fresh)).toContain("newer than the newest checkpoint");
});

test("what happened a moment ago is proved: the next checkpoint is made when a pack wants it", async () => {
  const { db, wrapper } = evidence;
  const responder = contextAs(db, "responder");
  const [use] = pack.uses.rows;
  if (use === undefined) throw new Error("a pack without uses");
  const { number: just } = await openIncident(
    responder,
    openIncidentInput.parse({ title: "Just now", subjects: [{ kind: "token", id: use.token.id }] }),
  );
  await writer.write(2, { tokenId: use.token.id, refusal: "revoked", path: "/just-now" });
  let isOver = false;
  const worker = (async () => {
    // a seal a second, and a checkpoint a minute unless it is asked for
    await wait(300);
    await writer.sealer.seal();
    while (!isOver) {
      await makeCheckpoint(systemContext(db, "worker"), wrapper);
      await wait(20);
    }
  })();
  const made = await takePack(contextAs(db, "auditor"), just);
  isOver = true;
  await worker;
  expect(made.uses.rows.filter(({ path }) => path === "/just-now")).toHaveLength(2);
  const verified = await verifyPack(JSON.stringify(made), own);
  expect(verified).toMatchObject({ faults: [], acts: { proved: made.acts.length, of: made.acts.length } });
  // the fixture's issue is in no writer's chain
  expect(verified.uses).toEqual({ proved: made.uses.rows.length - 1, of: made.uses.rows.length });
  expect(made.acts.length).toBeGreaterThan(0);
});

test("a pack that was changed is found out, also where its hash was made anew", async () => {
  const text = JSON.stringify(pack);
  expect((await verifyPack(text.replace('"path":"/invoices"', '"path":"/elsewhere"'), own)).faults).toEqual(
    expect.arrayContaining(["the pack was changed since it was made", "1 record was changed"]),
  );
  const [use] = pack.uses.rows;
  for (const change of [
    { path: "/elsewhere" },
    { outcome: "allowed" as const, refusal: null },
    { at: "2026-01-01T00:00:00.000Z" },
    { ip: null },
    { userAgent: "curl/9" },
    { client: { ...use?.client, id: randomUUID() } as never },
    { user: { id: randomUUID(), email: "", name: "" } },
  ])
    expect((await verifyAnew(({ uses }) => Object.assign(uses.rows[0] as object, change))).faults).toContain(
      `use ${use?.id} is not what was sealed`,
    );
  const changedAct = await verifyAnew(({ acts }) => Object.assign(acts[0] as object, { note: "all well" }));
  expect(changedAct.faults).toContain(`act ${pack.acts[0]?.sequence} is not what was sealed`);
  const changedHead = await verifyAnew(({ proofs }) => {
    Object.assign(proofs.acts[0]?.entries[0] as object, { chainHash: "0".repeat(64) });
  });
  expect(changedHead.faults).toContain(
    `the proof of act ${pack.acts[0]?.sequence} does not come to a checkpoint that is signed`,
  );
  // with the row of the proof changed along
  const both = await verifyAnew(({ uses, proofs }) => {
    Object.assign(uses.rows[0] as object, { path: "/elsewhere" });
    Object.assign(proofs.uses.find(({ use: { id } }) => id === use?.id)?.use as object, {
      path: "/elsewhere",
    });
  });
  expect(both.faults).toContain(`the proof of use ${use?.id} does not come to a checkpoint that is signed`);
});

test("any other edit shows too, with its hashes made anew: the log knows what left", async () => {
  const [act, use] = [pack.acts[0], pack.uses.rows[0]];
  const changes: ((stated: EvidencePack) => void)[] = [
    ({ standing }) => Object.assign(standing, { works: 0 }),
    ({ standing }) => standing.says.splice(0, 1, "Nothing of it works any more."),
    (stated) => Object.assign(stated, { standing: { ...stated.standing, is: "refused" } }),
    ({ incident }) => Object.assign(incident, hashedOf({ ...incident, title: "A drill", sha256: undefined })),
    ({ tokens }) =>
      Object.assign(
        tokens.rows[0] as object,
        hashedOf({ ...tokens.rows[0], state: "revoked", sha256: undefined }),
      ),
    ({ incident }) =>
      Object.assign(incident, hashedOf({ ...incident, notes: [{ text: "all well" }], sha256: undefined })),
    ({ orders }) => orders.push(hashedOf({ verb: "revoke", standing: "in_force" }) as never),
    ({ proofs }) => proofs.unproved?.uses.splice(0),
    ({ affected }) => affected.people.push({ id: randomUUID(), name: "somebody.else@example.com" }),
    // a record without its proof may say anything
    ({ uses, proofs }) => {
      proofs.uses = proofs.uses.filter(({ use: { id } }) => id !== use?.id);
      Object.assign(uses.rows[0] as object, hashedOf({ ...use, path: "/elsewhere", sha256: undefined }));
    },
    ({ acts, proofs }) => {
      proofs.acts = [];
      Object.assign(acts[0] as object, hashedOf({ ...act, note: "all well", sha256: undefined }));
    },
    // and one that never was
    ({ uses }) => uses.rows.push(hashedOf({ ...use, id: randomUUID(), sha256: undefined }) as never),
  ];
  for (const change of changes) {
    const { faults, left } = await verifyAnew(change);
    expect(faults).toContainEqual(expect.stringMatching(/^what left, by act \d+, was another pack$/));
    expect(left).toBeNull();
  }
  // a number that is in none of the hashes
  const { integrity } = pack;
  const counted = { ...pack, integrity: { ...integrity, records: integrity.records - 1 } };
  expect((await verifyPack(JSON.stringify(counted), own)).faults).toEqual([
    expect.stringMatching(/^the pack has \d+ records, and says that it has \d+$/),
  ]);
  // one more of a name that is there: of two the last is read here, and a person may read the first
  const twice = JSON.stringify(pack).replace("{", '{"standing":{"says":["Nothing of it works any more."]},');
  expect((await verifyPack(twice, own)).faults).toEqual([
    expect.stringMatching(/^the file says something twice/),
  ]);
  // the proof of another's leaving, or none
  const bare = await verifyPack(JSON.stringify(withLog(pack, null)), own);
  expect(bare).toMatchObject({ left: null, faults: [] });
  // a page of an export that was JSON is nobody's
  const page = await verifyPack(evidenceHtml(pack), own);
  expect(page.faults).toEqual([expect.stringMatching(/was another page$/)]);
});

test("an act of leaving that somebody made up is none: one with its leaf in place of its salt proves nothing, nor does one whose content was erased", async () => {
  const held = await evidence.jws();
  const { integrity, ...stated } = structuredClone(pack);
  stated.standing.says = ["Nothing of it works any more."];
  const forged = packOf(stated);
  const log = integrity.log as NonNullable<typeof integrity.log>;
  const [stretch] = log.acts;
  const [act] = stretch?.entries ?? [];
  if (stretch === undefined || act === undefined) throw new Error("a pack whose leaving is not proved");
  const salt = `01${stretch.leaves[Number(BigInt(act.sequence) - BigInt(stretch.from))]}`;
  const after = JSON.stringify({ as: "json", sha256: forged.integrity.sha256 });
  const contentHash = createHash("sha256")
    .update(
      `["entry/2 content", "${act.salt.slice(64, 96)}", ${[act.note, act.before, act.after].map((one) => JSON.stringify(one)).join(", ")}]`,
    )
    .digest("hex");
  for (const change of [
    { after, salt },
    { after: null, before: null, note: null, salt },
    { after: null, before: null, note: null, contentHash },
  ]) {
    const changed = { ...log, acts: [{ ...stretch, entries: [{ ...act, ...change }] }] };
    const found = await verifyPack(JSON.stringify(withLog(forged, changed)), { keys: null, held });
    expect(found.left).toBeNull();
  }
  // another act of the log, under that name
  const [other] = pack.proofs.acts;
  if (other === undefined) throw new Error("a pack whose acts are not proved");
  const entries = [
    { ...other.entries[0], act: act.act, after, salt: `01${other.leaves[0]}` },
  ] as typeof other.entries;
  const borrowed = { ...pack.proofs, uses: [], seals: [], acts: [{ ...other, entries }] };
  expect((await verifyPack(JSON.stringify(withLog(forged, borrowed)), own)).left).toBeNull();
});

test("a row that says its leaf itself is in the log, and not proved", async () => {
  const [proof] = pack.proofs.uses;
  const found = await verifyAnew(({ uses, proofs }) => {
    const of = proofs.uses[0] as (typeof proofs.uses)[number];
    const { path: _, ip: __, userAgent: ___, ...kept } = of.use;
    const leaf = useLeaf(recordProofs.parse(pack.proofs).uses[0]?.use as never).toString("hex");
    const changed = { path: null, ip: null, userAgent: null, outcome: "refused", refusal: "revoked" };
    of.use = { ...kept, ...changed, salt: `01${leaf}` };
    const row = uses.rows.find(({ id }) => id === proof?.use.id) as object;
    Object.assign(row, hashedOf({ ...row, ...changed, sha256: undefined }));
  });
  expect(found.uses.proved).toBe(6);
  expect(found.faults).toContain(`use ${proof?.use.id} has no proof, and nothing says why`);
});

test("a reason for which a record has no proof holds as long as nothing speaks against it", async () => {
  const [use, act] = [pack.proofs.uses[0]?.use, pack.acts[0]];
  const without = (why: WhyUnproved, change: (stated: EvidencePack) => void = () => {}) =>
    verifyAnew((stated) => {
      const { proofs } = stated;
      proofs.uses = proofs.uses.filter(({ use: { id } }) => id !== use?.id);
      proofs.acts = [];
      proofs.unproved?.uses.push({ id: use?.id as string, why });
      proofs.unproved?.acts.push(...pack.acts.map(({ sequence }) => ({ sequence, why })));
      change(stated);
    });
  const costly = await without("costly");
  expect(costly.faults).toEqual([expect.stringMatching(/was another pack$/)]);
  expect(costly.claimed.toSorted()).toEqual(["before", "costly", "costly", "costly"]);
  const early = await without("unsealed", ({ uses }) => {
    const row = uses.rows.find(({ id }) => id === use?.id) as (typeof uses.rows)[number];
    row.receivedAt = new Date(Date.parse(row.receivedAt) - 11 * 60_000).toISOString();
  });
  expect(early.faults).toContain(
    `use ${use?.id} has no proof, and checkpoints were signed more than ten minutes after it`,
  );
  // of the use nothing speaks against it, and an act is never that
  const unsealed = (await without("unsealed")).faults.filter((fault) => fault.includes("has no proof"));
  expect(unsealed).toEqual(
    pack.acts.map(
      ({ sequence }) =>
        `act ${sequence} has no proof, and an act is chained as it is written: none is ever unsealed`,
    ),
  );
  const later = (await without("unsigned")).faults;
  expect(later).toContainEqual(
    expect.stringMatching(
      new RegExp(`^act ${act?.sequence} has no proof, and act \\d+ is under a checkpoint$`),
    ),
  );
  const before = await without("before", ({ uses }) => {
    const row = uses.rows.find(({ id }) => id === use?.id) as (typeof uses.rows)[number];
    row.receivedAt = new Date(Date.parse(row.receivedAt) + 60_000).toISOString();
  });
  expect(before.faults).toContain(`use ${use?.id} has no proof, and there were seals by then`);
});

test("rows that were changed in the database before it left are in the pack as ones that are not what was sealed", async () => {
  const { db } = evidence;
  const auditor = contextAs(db, "auditor");
  const { id } = await releaseEvidence(auditor, number, { format: "html" });
  const [use, act] = [pack.proofs.uses.find(({ seal }) => seal === "3")?.use.id, pack.acts[0]];
  const ofFirstSeal = pack.proofs.uses.filter(({ seal }) => seal === "1").map((one) => one.use.id);
  expect(ofFirstSeal).toHaveLength(1);
  const write = async (path: string, reason: string, by: string) => {
    await evidence.asSuperuser(`UPDATE token_use SET path = '${path}' WHERE id = '${use}'`);
    await evidence.asSuperuser(`UPDATE audit_entry SET reason = ${reason} WHERE id = '${act?.id}'`);
    await evidence.asSuperuser(`UPDATE seal SET sealed_by = '${by}' WHERE sequence = 1`);
  };
  await write("/harmless", "'a drill'", "worker");
  const { pack: made } = await whileSigning(() => exportEvidence(auditor, { number, id }));
  await write("/invoices", act?.reason == null ? "NULL" : `'${act.reason}'`, "writer");
  const page = evidenceHtml(made);
  expect(page).toContain("among rows of the log that were not what was sealed");
  const found = await verifyPack(page, own);
  expect(found.left).not.toBeNull();
  const altered = found.faults.filter((fault) =>
    fault.endsWith("stood among rows of the log that were not what was sealed, when the pack was made"),
  );
  expect(altered).toEqual(found.faults);
  for (const what of [`use ${use}`, `use ${ofFirstSeal[0]}`, `act ${act?.sequence}`])
    expect(altered).toContainEqual(expect.stringMatching(new RegExp(`^${what} `)));
  // what was chained after it is proved still
  expect(found.acts).toEqual({ proved: made.acts.length - 1, of: made.acts.length });
});

test("of what would take too much to prove the newest is proved, and of each other use and act the pack says so", async () => {
  const { db } = evidence;
  const uses = pack.uses.rows.map(({ id, receivedAt, chain: { writer: of, flush } }) => ({
    ...{ id, receivedAt: new Date(receivedAt), writer: of, flush: BigInt(flush) },
  }));
  const acts = pack.acts.map(({ sequence, at }) => ({ sequence: BigInt(sequence), at: new Date(at) }));
  const bounds = { uses: { ...USE_BOUNDS, rows: 7 }, acts: { ...ACT_BOUNDS, leaves: 1 } };
  const made = await makeRecordProofs(db, { uses, acts, bounds });
  expect(made.uses.map(({ seal }) => seal).toSorted()).toEqual(["3", "3", "4"]);
  expect(made.acts).toEqual([]);
  const whys = made.unproved?.uses.map(({ why }) => why).toSorted();
  expect(whys).toEqual(["before", "costly", "costly", "costly", "costly"]);
  expect(made.unproved?.acts.map(({ why }) => why)).toEqual(["costly", "costly"]);
  const { integrity: _, ...stated } = pack;
  const page = evidenceHtml(packOf({ ...stated, proofs: made }));
  expect(page).toContain("6 among too many others to hash");
  const found = await verifyPack(page, own);
  expect(found).toMatchObject({ uses: { proved: 3, of: 8 }, left: null });
  expect(found.claimed.filter((why) => why === "costly")).toHaveLength(6);
  const few = await makeRecordProofs(db, { uses, acts: [], bounds: { uses: { ...USE_BOUNDS, seals: 1 } } });
  expect(few.seals.length).toBeLessThanOrEqual(1);
  // however little is in memory at once, the proofs are the same
  const whole = await makeRecordProofs(db, { uses, acts });
  const slow = { uses: { ...USE_BOUNDS, batch: 2 }, acts: { ...ACT_BOUNDS, batch: 1 } };
  expect(await makeRecordProofs(db, { uses, acts, bounds: slow })).toEqual(whole);
  expect(whole.uses).toHaveLength(7);
  expect(whole.acts.flatMap(({ entries }) => entries)).toHaveLength(2);
});

test("checkpoints that somebody kept speak for none that is not among them", async () => {
  const jws = await evidence.jws();
  const text = JSON.stringify(pack);
  const [first] = pack.proofs.checkpoints;
  const gap = jws.filter((one) => !pack.proofs.checkpoints.includes(one) || one === first);
  expect(gap.length).toBeLessThan(jws.length);
  expect((await verifyPack(text, { keys: null, held: gap })).faults).toContainEqual(
    expect.stringMatching(/^checkpoint \d+ is not among those that are held elsewhere$/),
  );
  // a copy that ends before the pack left, or has none, cannot speak for it
  for (const held of [[first as string], []]) {
    const found = await verifyPack(text, { keys: null, held });
    expect(found).toMatchObject({ held: held.length, left: null });
    expect(found.faults).toContainEqual(
      expect.stringMatching(/^checkpoint \d+ is newer than those that are held elsewhere/),
    );
  }
  // from before the first that is held
  const late = jws.filter((one) => one !== first);
  expect((await verifyPack(text, { keys: null, held: late })).faults).toContain(
    `checkpoint ${readCheckpoint(first as string)?.number} is not among those that are held elsewhere`,
  );
});

test("a pack of the format before is read still, and nothing proves that it is what left", async () => {
  const { integrity: _, ...stated } = structuredClone(pack);
  const { unproved: __, ...proofs } = stated.proofs;
  const { standing: ___, ...older } = { ...stated, proofs, format: FORMAT_BEFORE };
  const { log: ____, ...integrity } = packOf(older as never).integrity;
  const found = await verifyPack(JSON.stringify({ ...older, integrity }), own);
  expect(found).toMatchObject({
    format: FORMAT_BEFORE,
    left: null,
    faults: [],
    uses: { proved: 7, of: 8 },
    claimed: [null],
  });
  // one of now does not become one of before by being called so
  const called = JSON.stringify({ ...pack, format: FORMAT_BEFORE });
  await expect(verifyPack(called, own)).rejects.toThrow(/no evidence pack of this version/);
});

test("keys and checkpoints of somebody else prove nothing", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [key] = pack.proofs.keys;
  const jwk = { ...(await exportJWK(publicKey)), kid: key?.kid as string };
  const keys = [{ kid: key?.kid as string, alg: key?.alg as string, jwk }];
  const found = await verifyPack(JSON.stringify(pack), { keys, held: null });
  expect(found).toMatchObject({ uses: { proved: 0 }, acts: { proved: 0 }, checkpoints: [] });
  expect(found.faults.length).toBeGreaterThan(0);
  // one of the same number that was kept, and is another
  const [first, second] = await evidence.jws();
  const payload = Buffer.from(second?.split(".")[1] ?? "", "base64url").toString("utf8");
  const other = Buffer.from(payload.replace('"number":2', '"number":1')).toString("base64url");
  const held = [[first?.split(".")[0], other, first?.split(".")[2]].join(".")];
  expect((await verifyPack(JSON.stringify(pack), { keys: null, held })).faults).toContain(
    "checkpoint 1 is not the one that is held elsewhere",
  );
});

test("no digit of a proof can be another: what is proved then is what was proved before", async () => {
  const text = JSON.stringify(pack.proofs);
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: text.length - 1 }),
      fc.constantFrom(..."0123456789abcdef"),
      async (at, digit) => {
        if (!/[0-9a-f]/.test(text[at] ?? "")) return;
        let proofs: EvidencePack["proofs"];
        try {
          proofs = JSON.parse(`${text.slice(0, at)}${digit}${text.slice(at + 1)}`);
        } catch {
          return;
        }
        const { integrity: _, ...stated } = structuredClone(pack);
        try {
          const { uses, acts, faults } = await verifyPack(JSON.stringify(packOf({ ...stated, proofs })), own);
          expect(uses.proved + acts.proved < 8 ? faults.length : 1).toBeGreaterThan(0);
        } catch (error) {
          expect((error as Error).name).toBe("PackError");
        }
      },
    ),
    { numRuns: propertyRuns(150) },
  );
});

test.each([
  ["nothing", ""],
  ["half of one", '<!doctype html><script type="application/json" id="evidence">{"format":'],
  ["another version", '{"format":"tokenwarden-evidence/2"}'],
  ["something else", '{"format":"tokenwarden-evidence/4","proofs":7}'],
])("%s is no pack, and said so in one line", async (_what, text) => {
  await expect(verifyPack(text, own)).rejects.toThrow(/^the file is no evidence pack[^\n]*$/);
});

test("the case and the pack of a leaked API token say what it did and made, from when it was made to its end and after, each act with its proof", async () => {
  const { db } = evidence;
  const asToken = async (value: string): Promise<Context> => {
    const found = await findApiToken(db, { value, ip: null, now: new Date() });
    if (found?.refusal !== null) throw new Error("refused");
    return { ...contextAs(db, "owner"), now: new Date(), actor: { kind: "api_token", ...found } };
  };
  const fresh = (name: string) => systemContext(db, name, new Date());
  const make = (ctx: Context, name: string) =>
    createApiToken(ctx, { name, role: "owner", isUnattended: true });
  const leaked = await make(fresh("command line"), "deploy");
  const child = await make(await asToken(leaked.token), "backdoor");
  const grandchild = await make(await asToken(child.token), "deeper");
  await make(fresh("command line"), "another");
  const scannerId = randomUUID();
  await db.query(
    "INSERT INTO scanner (id, name, action, created_at, updated_at) VALUES ($1::uuid, 'hub', 'revoke', now(), now())",
    [scannerId],
  );
  await receiveLeakReport(
    { ...fresh("hub"), actor: { kind: "system", id: scannerId, name: "hub" } },
    scannerId,
    [
      {
        hash: createHash("sha256").update(leaked.token).digest(),
        jti: null,
        type: "secret",
        url: null,
        source: null,
      },
    ],
  );
  while (await openCaseOfReport(db)) {}
  const [row] = await db.query<{ number: number }>("SELECT max(number)::int AS number FROM incident");
  const about = row?.number as number;
  const auditor = contextAs(db, "auditor");
  const now = () => ({ ...auditor, now: new Date() });
  const lineOf = (act: { actor: { name: string }; act: string; target: { name: string } }) =>
    `${act.actor.name} ${act.act} ${act.target.name}`;
  const done = [
    "command line api_token.created deploy",
    "deploy api_token.created backdoor",
    "backdoor api_token.created deeper",
    "hub api_token.revoked deploy",
    "hub api_token.revoked backdoor",
    "hub api_token.revoked deeper",
  ];

  const { acts } = await getIncidentUses(now(), about);
  expect(acts.rows.map(lineOf)).toEqual(done.toReversed());
  expect(acts).toMatchObject({ isExact: true, more: 0, counts: { after: 0 } });
  expect(acts.counts.before + acts.counts.during).toBe(6);
  const { apiTokens } = await getBlastRadius(now(), about);
  expect(apiTokens).toMatchObject({
    more: 0,
    rows: [
      { id: leaked.id, isReported: true, state: "revoked" },
      { id: child.id, isReported: false, state: "revoked", madeByToken: { name: "deploy" } },
      { id: grandchild.id, isReported: false, madeByToken: { name: "backdoor" } },
    ],
  });

  const tried = await findApiToken(db, { value: leaked.token, ip: null, now: new Date() });
  if (tried?.refusal !== "API_TOKEN_REVOKED") throw new Error("it works");
  await recordRefusedUse(fresh("nobody"), { ...tried, request: "GET /api/v1/me" });
  const last = (await getIncidentUses(now(), about)).acts.rows[0];
  expect(last).toMatchObject({ phase: "after", outcome: "refused", actor: { id: leaked.id } });
  expect(last?.note).toBe("GET /api/v1/me from an unknown address, after it was revoked");
  done.push("deploy api_token.refused deploy");
  const cut = await readLeakedActs(now(), await readIncident(db, about), 2, 5);
  expect(cut, "of more than are looked at").toMatchObject({ isExact: false, more: 4 });
  expect(cut.rows.map(lineOf)).toEqual(done.slice(-2).toReversed());
  expect(await readLeakedActs(now(), await readIncident(db, about), 2, 7)).toMatchObject({
    isExact: true,
    more: 5,
  });

  await db.query(
    "UPDATE incident SET compromised_from = (SELECT at FROM audit_entry WHERE id = $1::uuid) WHERE number = $2::int",
    [acts.rows[4]?.id ?? "", about],
  );
  expect((await getIncidentUses(now(), about)).acts.counts).toEqual({ before: 1, during: 5, after: 1 });
  const { id } = await releaseEvidence(now(), about, { format: "html" });
  const { pack: told } = await whileSigning(() => exportEvidence(now(), { number: about, id }));
  const ofLeaked = told.acts.filter(({ phase }) => phase !== undefined);
  expect(ofLeaked.map(lineOf)).toEqual(done);
  expect(ofLeaked.map(({ phase }) => phase)).toEqual(["before", ...Array(5).fill("during"), "after"]);
  expect(told.acts.length, "and what was done in the case").toBeGreaterThan(done.length);
  expect(told.leakedActs).toMatchObject({ counts: { before: 1, during: 5, after: 1 }, more: 0 });
  const html = evidenceHtml(told);
  expect(html).toContain("made by deploy");
  expect(html).toContain("1 before the window of the case, 5 in it, 1 after the API token had ended");
  expect(await verifyPack(html, own)).toMatchObject({
    faults: [],
    acts: { proved: told.acts.length, of: told.acts.length },
  });
});
