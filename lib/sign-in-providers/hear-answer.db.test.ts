import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { discover } from "./discover.ts";
import type { AskedOf, ExchangingProvider } from "./exchange-code.ts";
import { EXCHANGE_PLACES, ExchangePlaces } from "./exchange-places.ts";
import { createAnswerMeans, hearAnswer } from "./hear-answer.ts";
import { createProviderKeys } from "./key-set.ts";
import { startTestProvider, type TestProvider } from "./test-provider.ts";
import { answerTo, makeAsked } from "./test-question.ts";

const REDIRECT = "http://localhost:1/api/auth/callback/one";
const world = testContexts();
const { makeAdmin, openSession } = sessionFixture(() => world.db);

let theirs: TestProvider;
let outbound: Outbound;
let provider: ExchangingProvider & { id: string };

beforeAll(async () => {
  theirs = await startTestProvider({ redirectsTo: REDIRECT });
  outbound = createOutbound({ allow: { ranges: [], hosts: [], origins: [theirs.issuer] }, maxSockets: 16 });
});
afterAll(async () => {
  outbound.close();
  await theirs.stop();
});
beforeEach(async () => {
  theirs.how = { secondsAgo: 5 };
  theirs.person = { sub: "ana", email: "ana@example.com", email_verified: true, groups: ["tw-owners"] };
  const metadata = await discover(outbound, theirs.issuer);
  const keys = createProviderKeys(outbound, metadata.jwks_uri);
  const { clientId, clientSecret } = theirs;
  const now = new Date();
  provider = { id: uuidv7(now), clientId, clientSecret, roleClaim: "groups", metadata, keys };
  await world.db.query("DELETE FROM sign_in_provider");
  await world.db.query(
    `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values, required_acr,
       required_amr, created_at, updated_at)
     VALUES ($1::uuid, 'Company', $2::text, 'c', '\\x00', '{}', 'groups', '[]', false, '{}', '{}', '{}', $3::timestamptz, $3::timestamptz)`,
    [provider.id, theirs.issuer, now],
  );
});

/** A browser of nobody yet, somewhere. */
function nobody(ip: string): Context {
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  return { ...world.as("owner"), actor, now: new Date(), ip };
}
const heard = (asked: AskedOf, answer: URLSearchParams) => ({
  provider,
  answer,
  asked,
  question: { value: asked.state, expiresAt: new Date(Date.now() + 600_000) },
});
const madeUp = (asked: AskedOf, code = "sEcReT-cOdE") =>
  heard(asked, new URLSearchParams({ code, state: asked.state, iss: theirs.issuer }));
const tokenCalls = () => theirs.asked.get("/token") ?? 0;

test("a question is answered once, whatever the answer was worth: the provider is asked once for it", async () => {
  const means = createAnswerMeans(outbound);
  const asked = makeAsked(REDIRECT);
  const real = await answerTo(theirs, provider, asked);
  const before = tokenCalls();
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, (_, n) =>
      hearAnswer(nobody(`192.0.2.${n}`), madeUp(asked, `made-up-${n}`), means),
    ),
  );
  const whys = tries.map((one) => (one.status === "rejected" ? one.reason.why : "in")).sort();
  expect(whys).toEqual([...Array.from({ length: 5 }, () => "FLOW_OVER"), "PROVIDER_FAILED"]);
  expect(tokenCalls()).toBe(before + 1);
  // the very code of the question comes too late
  await expect(hearAnswer(nobody("192.0.2.9"), heard(asked, real), means)).rejects.toMatchObject({
    why: "FLOW_OVER",
    isOnRecord: false,
  });
  expect(tokenCalls()).toBe(before + 1);
  const other = makeAsked(REDIRECT);
  const answer = await answerTo(theirs, provider, other);
  await expect(hearAnswer(nobody("192.0.2.9"), heard(other, answer), means)).resolves.toMatchObject({
    subject: "ana",
  });
});

test("what a token endpoint refuses is on record in words, at a pace, and never a code", async () => {
  const means = createAnswerMeans(outbound);
  const entries = () =>
    world.db.query<{ note: string; before: unknown; after: unknown }>(
      "SELECT note, before, after FROM audit_entry WHERE act = 'admin.sign_in_refused' AND note LIKE 'by Company:%'",
    );
  const first = (await entries()).length;
  for (let n = 0; n < 25; n += 1)
    await expect(
      hearAnswer(nobody(`198.51.100.${n}`), madeUp(makeAsked(REDIRECT)), means),
    ).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  const written = (await entries()).slice(first);
  expect(written.length).toBeGreaterThanOrEqual(20);
  expect(written.length).toBeLessThan(25);
  for (const { note } of written)
    expect(note).toBe(
      "by Company: the token endpoint answered 400: it does not know the code, or the code is over or was used",
    );
  expect(JSON.stringify(written)).not.toContain("sEcReT-cOdE");
  provider = { ...provider, clientSecret: "another secret than theirs" };
  const fresh = createAnswerMeans(outbound);
  await expect(
    hearAnswer(nobody("198.51.100.200"), madeUp(makeAsked(REDIRECT)), fresh),
  ).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  expect((await entries()).at(-1)?.note).toBe(
    "by Company: the token endpoint answered 401: it does not accept this console's client ID or client secret",
  );
});

test("while strangers hold all of their places, who comes from where an admin came from gets in, and others are told to wait", async () => {
  const means = { ...createAnswerMeans(outbound), places: new ExchangePlaces({ waitMs: 30 }) };
  const gate = Promise.withResolvers<void>();
  const held = Array.from({ length: EXCHANGE_PLACES.strangers }, (_, n) =>
    means.places.within(
      { providerId: provider.id, from: `203.0.113.${n}`, isKnown: false },
      () => gate.promise,
    ),
  );
  const { actor } = (await openSession(await makeAdmin("owner"), 0))(1);
  const sessionId = actor.kind === "admin" ? actor.sessionId : "";
  await world.db.query(
    "UPDATE admin_session SET ip = '2001:db8:7:7::1', created_at = now() WHERE id = $1::uuid",
    [sessionId],
  );
  const asked = makeAsked(REDIRECT);
  const answer = await answerTo(theirs, provider, asked);
  await expect(hearAnswer(nobody("2001:db8:7:8::1"), heard(asked, answer), means)).rejects.toMatchObject({
    why: "PROVIDER_BUSY",
    isOnRecord: false,
  });
  // who found no place has not used the question up
  await expect(hearAnswer(nobody("2001:db8:7:7::ffff"), heard(asked, answer), means)).resolves.toMatchObject({
    subject: "ana",
  });
  gate.resolve();
  await Promise.all(held);
});
