import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { getOverview } from "../overview/get-overview.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { endVerifierInstance } from "../verifiers/end-verifier-instance.ts";
import { getVerifierInstances } from "../verifiers/get-verifier-instances.ts";
import { listVerifiers } from "../verifiers/list-verifiers.ts";
import { VERIFIERS_TABLE } from "../verifiers/table.ts";
import { after, boardFixtureOf, tag } from "./board-fixture.ts";
import { listVerifierStandings } from "./list-standings.ts";
import { verifierFixtureOf } from "./verifier-fixture.ts";

let db: Database;
let verifiers: ReturnType<typeof verifierFixtureOf>;
let revoked: ReturnType<typeof boardFixtureOf>["revoked"];

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  verifiers = verifierFixtureOf(db);
  revoked = boardFixtureOf(db).revoked;
});
afterAll(() => db.end());

const as = (role: Role | "anonymous", at?: Date): Context => contextAs(db, role, at);

test("standings tell who is behind, silent, old or in step; the list is filtered by them, and the overview counts as the list does", async () => {
  const audience = `standing-${tag()}`;
  await revoked(audience);
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  const position = head?.position ?? 0n;
  const now = new Date();
  const make = async (name: string, more: Parameters<typeof verifiers.instance>[0] | object) => {
    const verifierId = await verifiers.verifier({ name, audience });
    await verifiers.instance({ verifierId, position, seenAt: now, ...more });
    return verifierId;
  };
  const names = { step: `1-${tag()}`, behind: `2-${tag()}`, silent: `3-${tag()}`, old: `4-${tag()}` };
  await make(names.step, { agent: "@tokenwarden/verifier/9.9.9" });
  await make(names.behind, { position: position - 1n });
  await make(names.silent, { seenAt: after(now, -120_000) });
  const oldId = await make(names.old, { agent: "@tokenwarden/verifier/0.0.9", lost: 12 });
  const later = as("auditor", after(now, 5_000));
  const { rows } = await listVerifierStandings(later);
  const standings = Object.values(names).map((name) => rows.find((row) => row.name === name)?.standing);
  expect(standings).toEqual(["in_step", "behind", "silent", "old_version"]);
  expect(rows.find(({ name }) => name === names.behind)).toMatchObject({ behindBy: 1 });
  expect(rows.find(({ name }) => name === names.old)).toMatchObject({ oldVersion: "0.0.9" });

  const filtered = await listVerifiers(later, {
    ...defaultQuery(VERIFIERS_TABLE),
    filters: { standing: ["behind", "old_version"], audience: [audience] },
  });
  expect(filtered.rows.map(({ name }) => name)).toEqual([names.behind, names.old]);
  expect(filtered.total).toEqual({ value: 2, isExact: true });
  const troubled = await listVerifiers(later, {
    ...defaultQuery(VERIFIERS_TABLE),
    filters: { standing: ["silent", "behind", "old_version"] },
  });
  expect((await getOverview(later)).verifiersBehind.value).toBe(troubled.total.value);
  const counted = Object.values(troubled.troubled).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(troubled.total.value);

  const { instances } = await getVerifierInstances(later, { verifierId: oldId });
  expect(instances).toMatchObject([
    { agent: "@tokenwarden/verifier/0.0.9", behindBy: 0, lost: 12, isLive: true },
  ]);
});

test("a goodbye speaks for the process that said it: beside a lenient one that was lost without a word the verifier is silent, until an admin says that it ended", async () => {
  const audience = `ended-${tag()}`;
  const now = new Date();
  const lostAt = after(now, -3_600_000);
  const goodbyeAt = after(now, -1_200_000);
  const end = (verifierId: string, instanceId: string, at: Date) =>
    db.query("UPDATE verifier_instance SET ended_at = $3 WHERE verifier_id = $1 AND instance_id = $2", [
      verifierId,
      instanceId,
      at,
    ]);
  const make = async (
    mode: "strict" | "lenient",
    said: "strict" | "lenient" | null,
    way: "feed" | "introspection" = "feed",
  ) => {
    const verifierId = await verifiers.verifier({ name: `e-${tag()}`, audience, mode });
    const lostId = await verifiers.instance({ verifierId, way, mode: said, seenAt: lostAt });
    const goodbye = await verifiers.instance({ verifierId, mode: said, seenAt: goodbyeAt });
    await end(verifierId, goodbye, goodbyeAt);
    return { verifierId, lostId };
  };
  const standing = async ({ verifierId }: { verifierId: string }) => {
    const { rows } = await listVerifierStandings(as("auditor", now));
    return rows.find((row) => row.verifierId === verifierId);
  };
  const lenient = await make("lenient", "lenient");
  const silentSince = lostAt.toISOString();
  expect(await standing(lenient)).toMatchObject({ standing: "silent", silentSince });
  expect(await standing(await make("lenient", null))).toMatchObject({ standing: "silent", silentSince });
  expect(await standing(await make("strict", null))).toMatchObject({ standing: "ended" });
  expect(await standing(await make("lenient", "strict"))).toMatchObject({ standing: "ended" });
  expect(await standing(await make("lenient", "lenient", "introspection"))).toMatchObject({
    standing: "ended",
  });

  const ending = { verifierId: lenient.verifierId, instanceId: lenient.lostId };
  await endVerifierInstance(as("owner", now), ending);
  expect(await standing(lenient)).toMatchObject({
    standing: "ended",
    says: "Its last process said that it ended.",
    silentSince: null,
  });
});
