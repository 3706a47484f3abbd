import { afterAll, expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { deliverFormer } from "./deliver-former.ts";
import { webhookSecretLabel } from "./webhook-labels.ts";
import { WEBHOOK_ID } from "./webhook-record.ts";

const world = testContexts();
const wrapper = createKeyWrapper(Buffer.alloc(32, 7));
/** Of another master key: every attempt fails before anything is called. */
const locked = createKeyWrapper(Buffer.alloc(32, 8));
const outbound = createOutbound({ allow: NOTHING_ALLOWED });
afterAll(() => outbound.close());

const deliver = () =>
  deliverFormer({
    db: world.db,
    outbound,
    wrapper: locked,
    workerId: uuidv7(new Date()),
    signal: new AbortController().signal,
  });

async function add(next: string, leased: string | null): Promise<string> {
  const id = uuidv7(new Date());
  await world.db.query(
    `INSERT INTO notification (id, kind, key, at, tone, title, text, subject_kind, subject_id, subject_name, actor_name)
     VALUES ($1::uuid, 'break_glass_used', $1::text, now(), 'danger', 't', 't', 'approval', 'a', 'a', 'a')`,
    [id],
  );
  await world.db.query(
    `INSERT INTO former_webhook (notification_id, url, secret_wrapped, next_attempt_at, leased_until, give_up_at)
     VALUES ($1::uuid, 'https://1.1.1.1/', $2::bytea, now() + $3::interval, now() + $4::interval, now() + interval '1 day')`,
    [id, await wrapper.wrap(Buffer.from("key"), webhookSecretLabel(WEBHOOK_ID)), next, leased],
  );
  return id;
}

const attemptsOf = async (id: string) =>
  (
    await world.db.query(
      `SELECT attempts, leased_until AS "leasedUntil", next_attempt_at < now() + interval '1 hour' AS "isSoon" FROM former_webhook
       WHERE notification_id = $1::uuid`,
      [id],
    )
  )[0];

test("an alarm for the webhook of before that waited, or was held, while the clock was years ahead is tried once it is right", async () => {
  const waited = await add("4 years", null);
  const held = await add("-1 second", "4 years");
  expect([await deliver(), await deliver(), await deliver()]).toEqual([true, true, false]);
  for (const id of [waited, held])
    expect(await attemptsOf(id)).toEqual({ attempts: 1, leasedUntil: null, isSoon: true });
});

test("one that waits for its next attempt, or that a living worker has, is left alone", async () => {
  const ids = [await add("30 minutes", null), await add("-1 second", "20 seconds")];
  expect(await deliver()).toBe(false);
  for (const id of ids) expect(await attemptsOf(id)).toMatchObject({ attempts: 0 });
});
