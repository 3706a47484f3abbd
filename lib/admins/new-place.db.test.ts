import { beforeEach, expect, test } from "vitest";
import { type Context, systemContext } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { openSession } from "./open-session.ts";
import { KNOWN, KNOWN_SIGN_INS } from "./tell-new-place.ts";

const world = testContexts();
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
const COUNTRIES: Record<string, string> = { "192.0.2.1": "CH", "192.0.2.2": "CH", "198.51.100.1": "BR" };
let admin: { id: string; email: string; role: "owner" };

beforeEach(async () => {
  admin = { id: uuidv7(new Date()), email: "ines@example.com", role: "owner" };
  for (const { id, email } of [admin, { id: uuidv7(new Date()), email: "other@example.com" }])
    await world.db.query(
      `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, $2::text, $2::text, 'owner', 'x', now())`,
      [id, email],
    );
});

/** Signs in from an address with a browser. @returns what was told of it, and to whom. */
async function signIn(ip: string | null, userAgent: string | null) {
  const ctx: Context = {
    ...systemContext(world.db, "test", TEST_START),
    actor: { kind: "anonymous", id: "anonymous", name: "anonymous" },
    ip,
    userAgent,
    countryOf: (address) => (address === null ? null : (COUNTRIES[address] ?? null)),
  };
  const sessionId = await world.db.transaction((tx) => openSession(tx, ctx, admin, "totp"));
  return world.db.query<{ title: string; text: string; reader: string }>(
    `SELECT n.title, n.text, r.admin_id AS reader FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
     WHERE n.kind = 'sign_in_new_place' AND n.subject_id = $1::text`,
    [sessionId],
  );
}

test("the first sign-in has nothing to be new against, and a known place is told of nobody", async () => {
  expect(await signIn("192.0.2.1", FIREFOX)).toEqual([]);
  expect(await signIn("192.0.2.2", FIREFOX), "another address of the same country").toEqual([]);
});

test("a country or a device that was never seen is told to that admin alone, once", async () => {
  await signIn("192.0.2.1", FIREFOX);
  const [country, ...others] = await signIn("198.51.100.1", FIREFOX);
  expect(others).toEqual([]);
  expect(country).toMatchObject({
    reader: admin.id,
    title: "Sign-in with a country that was not seen before",
    text: expect.stringContaining("Firefox on Windows in Brazil, from 198.51.100.1"),
  });
  expect(await signIn("198.51.100.1", FIREFOX), "now it is known").toEqual([]);
  expect(await signIn("192.0.2.1", SAFARI)).toMatchObject([
    { title: "Sign-in with a device that was not seen before" },
  ]);
});

test("it cannot be turned off, and what is not known of an address is no new country", async () => {
  await signIn("192.0.2.1", FIREFOX);
  await world.db.query(
    "INSERT INTO notification_choice VALUES ($1::uuid, 'sign_in_new_place', 'console', false)",
    [admin.id],
  );
  expect(await signIn("203.0.113.9", FIREFOX)).toEqual([]);
  expect(await signIn("198.51.100.1", SAFARI)).toMatchObject([
    { title: "Sign-in with a country and device that were not seen before" },
  ]);
});

test("it is compared with the last sign-ins alone, read by their index however many there were", async () => {
  await signIn("198.51.100.1", FIREFOX);
  await world.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent)
     SELECT gen_random_uuid(), $1::uuid, $2::timestamptz + n * interval '1 minute', $2::timestamptz, $2::timestamptz, 1, '192.0.2.1', $3::text
     FROM generate_series(1, $4::int) n`,
    [admin.id, TEST_START, FIREFOX, KNOWN_SIGN_INS - 1],
  );
  expect(await signIn("198.51.100.1", FIREFOX), "among the last ones").toEqual([]);
  await world.db.query("UPDATE admin_session SET ip = '192.0.2.1'");
  await world.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent)
     SELECT gen_random_uuid(), $1::uuid, $2::timestamptz - n * interval '1 day', $2::timestamptz, $2::timestamptz, 1, '198.51.100.1', $3::text
     FROM generate_series(1, 20000) n`,
    [admin.id, TEST_START, FIREFOX],
  );
  await world.asOwner("ANALYZE admin_session");
  const plan = await world.db.query(
    `EXPLAIN (FORMAT JSON) ${KNOWN.replace("$1", `'${admin.id}'`).replace("$2", `'${admin.id}'`)}`,
  );
  expect(JSON.stringify(plan)).toContain("admin_session_admin_id_created_at_idx");
  expect(JSON.stringify(plan)).not.toContain("Seq Scan");
  expect(await signIn("198.51.100.1", FIREFOX), "longer ago").toMatchObject([
    { title: "Sign-in with a country that was not seen before" },
  ]);
});
