import { expect, test } from "vitest";
import { createClient } from "../clients/create-client.ts";
import { createClientInput } from "../clients/input.ts";
import { updateClient } from "../clients/update-client.ts";
import { systemContext } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { previewLifetimes } from "../lifetimes/preview-change.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { askAgain } from "./ask-again.ts";
import { checkApproval } from "./check-approval.ts";
import { getApproval } from "./get-approval.ts";
import { approvalsFixture, guardedBy, guardStored, HOUR, type Run, stored } from "./test-approvals.ts";

const world = testContexts();
const { asker, other, turnOn, ask, proven, approveAs } = approvalsFixture(world);
const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const change: Run = (ctx, { body }) => updateClient(ctx, body as never, way);
const SETTINGS = { accessTokenTtlSeconds: 600 };

test("shorter lifetimes that nobody decided on are asked for again by one press, for the tokens of now, until none is left", async () => {
  const { client } = await createClient(
    systemContext(world.db, "test"),
    createClientInput.parse({ name: "Shop", kind: "web", redirectUris: ["https://shop.example.com/cb"] }),
    way,
  );
  const token = () =>
    fixtureOf(world.db).token({
      clientId: client.id,
      kind: "access",
      grantType: "authorization_code",
      issuedAt: asker(0).now,
      rootedAt: asker(0).now,
      expiresAt: asker(6 * HOUR).now,
    });
  await Promise.all([token(), token(), token()]);
  await turnOn(["bulk"], 2);
  const of = { kind: "client", id: client.id, settings: SETTINGS } as const;
  const { plan } = await previewLifetimes(asker(2), { ...of, shorten: true });
  expect(plan?.tokens).toBe(3);
  const body = {
    clientId: client.id,
    version: client.version,
    ...SETTINGS,
    shorten: { planId: plan?.id },
  };
  const { id } = await ask(asker(2), guardedBy(change, { body }));
  await token();
  const look = (seconds: number, which: string) =>
    checkApproval(asker(seconds), { id: which }, stored(change));
  // another edit came between: it is asked for upon what is there now
  await world.db.query("UPDATE client SET version = version + 1 WHERE id = $1::uuid", [client.id]);
  expect((await look(3, id)).again).toEqual({ isPossible: true, why: null });
  const again = await proven(asker(4), () => askAgain(asker(4), { id }, guardStored(change)));
  expect(await getApproval(asker(5), { id: again.id })).toMatchObject({
    state: "pending",
    shown: { acts: [{}, { act: "lifetimes.shortened", after: { tokens: 4 } }] },
  });
  expect(await approveAs(other(6), again.id, change)).toMatchObject({ state: "done" });
  for (const [which, is] of [
    [id, "withdrawn"],
    [again.id, "done"],
  ] as const)
    await expect(askAgain(asker(7), { id: which }, guardStored(change))).rejects.toMatchObject({
      code: "ALREADY_ENDED",
      message: expect.stringMatching(`^The approval is ${is} already`),
    });
});
