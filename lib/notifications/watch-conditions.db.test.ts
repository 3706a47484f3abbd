import { expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { systemContext } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { tellEndingTokens } from "./tell-ending-tokens.ts";
import { watchConditions } from "./watch-conditions.ts";

const world = testContexts();
const NOW = Date.now();
const at = (seconds: number) => new Date(NOW + seconds * 1_000);

async function owner(): Promise<void> {
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, 'o@example.com', 'O', 'owner', 'x', now())`,
    [uuidv7(new Date())],
  );
}

async function told(kind: string): Promise<string[]> {
  const rows = await world.db.query<{ title: string; tone: string }>(
    "SELECT title, tone FROM notification WHERE kind = $1::text ORDER BY id",
    [kind],
  );
  return rows.map(({ title, tone }) => `${tone}: ${title}`);
}

async function stream(change: string): Promise<void> {
  const id = uuidv7(new Date());
  await world.db.query(
    `INSERT INTO event_stream (id, name, delivery, url, format, sources, client_ids, acts_sequence, uses_low, created_at, updated_at)
     VALUES ($1::uuid, 'SIEM', 'syslog', 'syslog+tls://1.1.1.1', 'ndjson', '{uses}', '{}', 0, now(), now(), now())`,
    [id],
  );
  await world.db.query(`UPDATE event_stream SET ${change}`);
}

test("a stream that fails is told after a minute, once, and once more when it is up to date for as long", async () => {
  await owner();
  await stream("failures = 3, last_error = 'answers 503', last_error_at = now()");
  await watchConditions(world.db, at(0));
  await watchConditions(world.db, at(50));
  expect(await told("stream_behind"), "it may pass by itself").toEqual([]);
  // two workers at once, and again
  await Promise.all([watchConditions(world.db, at(61)), watchConditions(world.db, at(61))]);
  await watchConditions(world.db, at(120));
  expect(await told("stream_behind")).toEqual(["warning: SIEM fails"]);
  await world.db.query("UPDATE event_stream SET failures = 0");
  await watchConditions(world.db, at(130));
  await world.db.query("UPDATE event_stream SET failures = 1");
  await watchConditions(world.db, at(150));
  await world.db.query("UPDATE event_stream SET failures = 0");
  await watchConditions(world.db, at(160));
  await watchConditions(world.db, at(200));
  expect(await told("stream_behind"), "it flaps").toHaveLength(1);
  await watchConditions(world.db, at(221));
  await watchConditions(world.db, at(400));
  expect(await told("stream_behind")).toEqual(["warning: SIEM fails", "good: SIEM is up to date again"]);
});

test("one that somebody paused is told of nobody, one that was paused by itself is", async () => {
  await owner();
  await stream("status = 'paused'");
  await watchConditions(world.db, at(0));
  await watchConditions(world.db, at(70));
  expect(await told("stream_behind")).toEqual([]);
  await world.db.query("UPDATE event_stream SET status_reason = 'answers 410', last_error = 'answers 410'");
  await watchConditions(world.db, at(80));
  await watchConditions(world.db, at(150));
  expect(await told("stream_behind")).toEqual(["warning: SIEM was paused by itself"]);
});

test("a verifier that is silent is told; a disabled one ends without a word", async () => {
  await owner();
  const verifiers = verifierFixtureOf(world.db);
  const verifierId = await verifiers.verifier({ name: "billing-api", audience: "billing" });
  await verifiers.instance({ verifierId, seenAt: at(-120), firstSeenAt: at(-600) });
  await watchConditions(world.db, at(0));
  await watchConditions(world.db, at(61));
  expect(await told("verifier_behind")).toEqual(["warning: billing-api is silent"]);
  await world.db.query("UPDATE verifier SET disabled_at = now()");
  await watchConditions(world.db, at(200));
  await watchConditions(world.db, at(400));
  expect(await told("verifier_behind")).toHaveLength(1);
  expect(await world.db.query("SELECT kind FROM notification_condition")).toEqual([]);
});

test("a key that signs beyond its policy is told at once, and another key in its place ends it", async () => {
  await owner();
  await world.asOwner("UPDATE key_policy SET every_days = 90 WHERE purpose = 'access_token'");
  const key = (id: string, state: string, activated: string) =>
    world.asOwner(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at, ready_at)
       VALUES (gen_random_uuid(), '${id}', 'access_token', 'ES256', '${state}', '{}', '\\x00', now() - interval '200 days', now() - interval '${activated}', now() - interval '200 days')`,
    );
  await key("old", "active", "91 days 2 hours");
  await watchConditions(world.db, at(0));
  expect(await told("rotation_overdue")).toEqual(["warning: The key of Access tokens signs for 91 days"]);
  await watchConditions(world.db, at(10));
  expect(await told("rotation_overdue")).toHaveLength(1);
  await world.asOwner("UPDATE signing_key SET activated_at = now() WHERE kid = 'old'");
  await watchConditions(world.db, at(20));
  expect(await told("rotation_overdue")).toEqual([
    "warning: The key of Access tokens signs for 91 days",
    "good: The key of Access tokens is not overdue any more",
  ]);
});

test("a clock that went on by years is told at once, and when it goes with what is on record again", async () => {
  await owner();
  const checkpoint = (number: number, when: string) =>
    world.db.query(
      `INSERT INTO checkpoint (number, at, kid, jws) VALUES ($1::bigint, now() + $2::interval, 'k', 'x')`,
      [number, when],
    );
  await checkpoint(1, "-1461 days");
  await checkpoint(2, "0 s");
  await watchConditions(world.db, at(0));
  await watchConditions(world.db, at(10));
  expect(await told("clock_wrong")).toEqual(["warning: The clock went on by 1461 days at once"]);
  await world.asOwner(
    "ALTER TABLE checkpoint DISABLE TRIGGER USER; UPDATE checkpoint SET at = now() - interval '20 hours' WHERE number = 1",
  );
  await watchConditions(world.db, at(20));
  expect(await told("clock_wrong"), "another worker may see it still").toHaveLength(1);
  await watchConditions(world.db, at(81));
  expect(await told("clock_wrong")).toEqual([
    "warning: The clock went on by 1461 days at once",
    "good: The clock goes with what is on record again",
  ]);
});

test("an API token is told a week before its end and on its last day; one that was made for a day is not", async () => {
  await owner();
  const DAY = 86_400;
  const start = systemContext(world.db, "test", at(0));
  const long = await createApiToken(start, { name: "deploy", role: "governor", expiresInSeconds: 30 * DAY });
  await createApiToken(start, { name: "once", role: "auditor", expiresInSeconds: DAY / 2 });
  const look = (day: number) => tellEndingTokens(world.db, at(day * DAY));
  await look(0);
  await look(22);
  expect(await told("api_token_expiring")).toEqual([]);
  await Promise.all([look(24), look(24)]);
  await look(26);
  expect(await told("api_token_expiring")).toEqual(["warning: The API token deploy ends within a week"]);
  await look(29.5);
  await look(31);
  expect(await told("api_token_expiring")).toEqual([
    "warning: The API token deploy ends within a week",
    "warning: The API token deploy ends within a day",
  ]);
  await world.db.query("UPDATE api_token SET revoked_at = now() WHERE id = $1::uuid", [long.id]);
});
