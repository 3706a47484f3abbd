import { expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { InstanceRecorder, type Sighting } from "../feed/instance-recorder.ts";
import { getVerifierStanding } from "../propagation/list-standings.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { endVerifierInstance } from "./end-verifier-instance.ts";
import { getVerifierInstances } from "./get-verifier-instances.ts";

const world = testContexts();
const MINUTE = 60_000;

async function killed() {
  const ctx = world.as("owner");
  const fixture = verifierFixtureOf(world.db);
  const verifierId = await fixture.verifier({ name: "edge", audience: "billing", mode: "lenient" });
  const seenAt = new Date(ctx.now.getTime() - 5 * MINUTE);
  const instanceId = await fixture.instance({ verifierId, mode: "lenient", position: 1n, seenAt });
  return { ctx, fixture, verifierId, instanceId };
}

async function endedAt(verifierId: string) {
  return (await getVerifierInstances(world.as("auditor"), { verifierId })).instances[0]?.endedAt;
}

async function endedBy(verifierId: string) {
  return (await getVerifierInstances(world.as("auditor"), { verifierId })).instances[0]?.endedBy;
}

test("a process of which nothing is heard can be said to have ended, on record, once", async () => {
  const { ctx, verifierId, instanceId } = await killed();
  await endVerifierInstance(ctx, { verifierId, instanceId });
  expect(await endedAt(verifierId)).toBe(ctx.now.toISOString());
  expect(await endedBy(verifierId), "whose word it is").toBe(ctx.actor.name);
  expect(await getVerifierStanding(world.as("auditor"), verifierId)).toMatchObject({
    standing: "ended",
    says: expect.stringContaining("an admin's word"),
  });
  expect(await world.lastEntry()).toMatchObject({
    act: "verifier.instance_ended",
    after: { instance: instanceId, endedAt: ctx.now.toISOString() },
  });
  const entries = () => world.db.query("SELECT FROM audit_entry WHERE act = 'verifier.instance_ended'");
  await endVerifierInstance(ctx, { verifierId, instanceId });
  expect(await entries()).toHaveLength(1);
});

test("one that is heard of, a stranger's and one that is nowhere are refused, and so is a reader", async () => {
  const { ctx, fixture, verifierId, instanceId } = await killed();
  const runs = await fixture.instance({ verifierId, seenAt: ctx.now });
  await expect(endVerifierInstance(ctx, { verifierId, instanceId: runs })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const other = await fixture.verifier({ name: "other", audience: "billing" });
  for (const [of, id] of [
    [other, instanceId],
    [verifierId, other],
    [verifierId, "me"],
  ] as const)
    await expect(endVerifierInstance(ctx, { verifierId: of, instanceId: id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  await expect(endVerifierInstance(world.as("auditor"), { verifierId, instanceId })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  expect(await world.db.query("SELECT FROM verifier_instance WHERE ended_at IS NOT NULL")).toEqual([]);
});

test("a last word stays while what was under way comes in, and is forgotten when the process is heard of again", async () => {
  const { ctx, verifierId, instanceId } = await killed();
  const recorder = new InstanceRecorder(world.db, (error) => {
    throw error;
  });
  const said = {
    agent: "edge/1",
    mode: "lenient",
    maxStalenessSeconds: 60,
    accepted: 1,
    refused: 0,
    stale: 0,
    lost: 0,
    latencyP50Us: null,
    latencyP99Us: null,
  } as const;
  const base = ctx.now.getTime();
  const saw = async (afterMs: number, more: Partial<Sighting> = {}) => {
    recorder.saw({ verifierId, instanceId, way: "feed", at: new Date(base + afterMs), ...more });
    await recorder.flush();
    return endedAt(verifierId);
  };
  const last = new Date(base).toISOString();
  const since = new Date(base - MINUTE);
  await endVerifierInstance(ctx, { verifierId, instanceId });
  expect(await saw(0, { report: said, position: 2, isLast: true })).toBe(last);
  expect(await endedBy(verifierId), "its own word counts for more than an admin's").toBeNull();
  expect(await getVerifierStanding(ctx, verifierId)).toMatchObject({
    says: "Its last process said that it ended.",
  });
  // its stream goes, and a word from before arrives late
  expect(await saw(40, { stream: { since, isOver: true } })).toBe(last);
  expect(await saw(-500, { report: said })).toBe(last);
  expect(await saw(2_000, { report: said })).toBeNull();
  expect(await saw(3_000, { report: said, isLast: true })).not.toBeNull();
  expect(await saw(4_000, { stream: { since: new Date(base + 3_500), isOver: false } })).toBeNull();
  // by an admin's word, which a late word from before does not take away, and one from after does
  await world.db.query("UPDATE verifier_instance SET ended_at = $1, ended_by = 'ana'", [
    new Date(base + 4_500),
  ]);
  expect(await saw(4_400, { report: said })).not.toBeNull();
  expect(await endedBy(verifierId)).toBe("ana");
  expect(await saw(4_600, { report: said })).toBeNull();
  expect(await endedBy(verifierId)).toBeNull();
  expect(await world.db.query("SELECT FROM verifier_instance WHERE ended_by IS NOT NULL")).toEqual([]);
  // both of one moment
  recorder.saw({
    verifierId,
    instanceId,
    way: "feed",
    at: new Date(base + 5_000),
    report: said,
    isLast: true,
  });
  expect(await saw(5_010, { stream: { since, isOver: true } })).toBe(new Date(base + 5_000).toISOString());
});
