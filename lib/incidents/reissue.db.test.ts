import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { openIncidentInput } from "./input.ts";
import { listReissues } from "./list-reissues.ts";
import { openIncident } from "./open-incident.ts";
import { reissueSecret } from "./reissue-secret.ts";
import { updateIncident } from "./update-incident.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(() => db.end());

const input = { overlapSeconds: 0, lifetimeSeconds: null };

test("a client of a case gets a new secret in it: the case has it on record, by whom and never the value", async () => {
  const { clientId, clientName, first } = await fixture.world();
  const ctx = fixture.as("governor");
  const { id, number, version } = await openIncident(
    ctx,
    openIncidentInput.parse({ title: "Secret in a gist", tokenIds: [first] }),
  );
  const { secret } = await reissueSecret(fixture.later(ctx), { ...input, number, clientId });
  const hint = `…${secret.slice(-4)}`;
  expect(await listReissues(fixture.as("auditor"), number)).toMatchObject([
    { clientId, client: clientName, hint, by: ctx.actor.name },
  ]);
  const entries = await db.query<{ act: string; target: string }>(
    "SELECT act, target_id AS target FROM audit_entry WHERE act LIKE '%secret_%' AND target_id = ANY ($1::text[]) ORDER BY sequence",
    [[clientId, id]],
  );
  expect(entries).toEqual([
    { act: "client.secret_rotated", target: clientId },
    { act: "incident.secret_reissued", target: id },
  ]);
  const all = await db.query("SELECT after::text AS after FROM audit_entry");
  expect(JSON.stringify(all)).not.toContain(secret);

  await updateIncident(fixture.later(ctx), { number, version, state: "closed" });
  const secrets = () => db.query("SELECT id FROM client_secret WHERE client_id = $1::uuid", [clientId]);
  const before = await secrets();
  await expect(reissueSecret(fixture.later(ctx), { ...input, number, clientId })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await secrets()).toEqual(before);
});

test("a client that holds none of the case's tokens gets none in it, and who may not change clients gives none", async () => {
  const [world, other] = [await fixture.world(), await fixture.world()];
  const ctx = fixture.as("governor");
  const { number } = await openIncident(
    ctx,
    openIncidentInput.parse({ title: "Secret in a gist", tokenIds: [world.first] }),
  );
  await expect(
    reissueSecret(fixture.later(ctx), { ...input, number, clientId: other.clientId }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(
    reissueSecret(fixture.as("responder"), { ...input, number, clientId: world.clientId }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await listReissues(ctx, number)).toEqual([]);
});
