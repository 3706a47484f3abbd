import { expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { CallerSightings } from "../verification/caller-sightings.ts";
import { getVerifier } from "./get-verifier.ts";
import { listVerifiers } from "./list-verifiers.ts";
import { VERIFIERS_TABLE } from "./table.ts";

const world = testContexts();
const MINUTE_MS = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);

test("the list tells what a check takes at the slowest process that lives, how long one that asks waits, and what was lost in a day", async () => {
  const fixture = verifierFixtureOf(world.db);
  const follows = await fixture.verifier({ name: "follows", audience: "billing" });
  const asks = await fixture.verifier({ name: "asks", audience: "billing", checkWay: "introspection" });
  await fixture.verifier({ name: "silent", audience: "billing" });
  const says = async (seenAt: Date, p99: number) => {
    const instanceId = await fixture.instance({ verifierId: follows, seenAt });
    await world.db.query(
      "UPDATE verifier_instance SET latency_p50_us = 20, latency_p99_us = $2 WHERE instance_id = $1::uuid",
      [instanceId, p99],
    );
  };
  await says(ago(1_000), 90);
  await says(ago(2_000), 400);
  await says(ago(10 * MINUTE_MS), 9_000);
  await world.db.query(
    `INSERT INTO report_gap (verifier_id, minute, lost) VALUES ($1::uuid, now() - interval '1 hour', 7), ($1::uuid, now() - interval '2 hours', 5),
       ($1::uuid, now() - interval '25 hours', 100)`,
    [follows],
  );
  const sightings = new CallerSightings(world.db, (error) => {
    throw error;
  });
  const ctx = contextAs(world.db, "auditor");
  sightings.saw({ id: asks, secret: { id: asks } }, new Date());
  // long before it would be written otherwise: until it is, boards say that it was never heard of
  await expect
    .poll(async () => (await getVerifier(ctx, { verifierId: asks })).lastSeenAt, { timeout: 3_000 })
    .not.toBeNull();
  for (let ms = 1; ms <= 100; ms += 1) sightings.answered(asks, ms / 10);
  await sightings.flush();
  // it asks again, and is not answered yet
  sightings.saw({ id: asks, secret: { id: asks } }, new Date());
  await sightings.stop();

  const { rows } = await listVerifiers(ctx, parseListQueryStrict(VERIFIERS_TABLE, new URLSearchParams()));
  const told = (name: string) => rows.find((row) => row.name === name);
  expect(told("follows")).toMatchObject({ lost: 12, latencyUs: { p50: 20, p99: 400 } });
  const answeredUs = (await getVerifier(ctx, { verifierId: asks })).answeredUs;
  expect(answeredUs?.p50).toBeGreaterThanOrEqual(5_000);
  expect(answeredUs?.p99).toBeLessThan(11_000);
  expect(told("asks")).toMatchObject({ lost: 0, latencyUs: answeredUs });
  expect(told("silent")).toMatchObject({ lost: 0, latencyUs: null });
});
