import { randomUUID } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { proofSubject } from "#lib/approvals/proof-subject.ts";
import type { Contents } from "#lib/db/test-contents.ts";
import { TestAuthenticator } from "#lib/passkeys/test-authenticator.ts";
import { userHandleOf } from "#lib/passkeys/verify-answer.ts";
import { hashPassword } from "#lib/passwords/hash-password.ts";
import { CONFIRM_RESTORE_WORD } from "#lib/restore/model.ts";
import { NEVER_UNATTENDED, type StepUpKind } from "#lib/step-up/model.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import type { ApiRequest, TestConsole } from "./test-console.ts";
import type { NamedOperation } from "./test-operations.ts";
import { addTestPerson, openTestSession, proveFor, type TestPerson } from "./test-people.ts";

const ORIGIN = "http://localhost:3000";
/** Called by nobody, and allowed to be. */
const NOWHERE = "http://127.0.0.1:9/ingest";
const HOUR_MS = 3_600_000;
const INSTANCE = "01a20000-0000-4000-8000-000000000001";
const PASSWORD = "correct horse battery 9";

/** A console with something of everything, and two owners who are signed in. */
export type World = {
  console: TestConsole;
  ids: Record<string, string[]>;
  me: TestPerson;
  other: TestPerson;
  /** Who makes what a request needs, where nobody is named; else an owner's API token. */
  maker?: TestPerson;
  /** The database as its owner sees it. */
  contents: Contents;
  /** Of `me`, the newest last. */
  passkeys: TestAuthenticator[];
  /** A provider that answers. */
  issuer: string;
};

/** A request as a case is written: by an owner's API token unless somebody is named, or nobody by null. */
export type Made = {
  segments?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  who?: TestPerson | null;
};

export function requestOf(
  { method, path }: { method: string; path: string },
  { segments, body, headers = {}, who }: Made,
): ApiRequest {
  const cookie: Record<string, string> = who
    ? { cookie: who.cookie, origin: ORIGIN, "sec-fetch-site": "same-origin" }
    : {};
  return {
    method,
    path,
    role: who === undefined ? "owner" : null,
    ...(segments === undefined ? {} : { segments }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...headers, ...cookie },
  };
}

type Json = Record<string, unknown>;

const firstOf = ({ ids }: World, kind: string) => ids[kind]?.[0] ?? "";
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const codeOf = (secret: unknown) => new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate();

/** Sends what another request needs, and wants it done. */
export async function sendMade({ console, maker }: World, name: string, made: Made = {}): Promise<Json> {
  const [method = "", path = ""] = name.split(" ");
  const as = made.who === undefined && maker !== undefined ? { ...made, who: maker } : made;
  const response = await console.send(requestOf({ method, path: `/api/v1/${path}` }, as));
  const text = await response.text();
  if (response.status >= 300) throw new Error(`${name}: ${response.status} ${text}`);
  return JSON.parse(text) as Json;
}

async function valueIn<T>({ console }: World, statement: string): Promise<T> {
  const [row] = await console.db.query<{ value: T }>(statement);
  return row?.value as T;
}

const versionIn = (world: World, table: string) =>
  valueIn<number>(world, `SELECT version AS value FROM ${table} LIMIT 1`);

async function newPasskey(world: World): Promise<Json> {
  const offer = await sendMade(world, "POST me/passkeys/options", { who: world.me });
  const userHandle = Buffer.from(userHandleOf(world.me.id)).toString("base64url");
  const { challenge } = offer.options as { challenge: string };
  const authenticator = new TestAuthenticator({ userHandle });
  world.passkeys.push(authenticator);
  const passkey = authenticator.make({ challenge, origin: ORIGIN });
  return { challenge: offer.challenge, name: "laptop", passkey };
}

async function passkeyOf(world: World): Promise<string> {
  const body = await newPasskey(world);
  return String((await sendMade(world, "POST me/passkeys", { body, who: world.me })).id);
}

async function invitation(world: World): Promise<Json> {
  const email = `${randomUUID()}@example.com`;
  const made = await sendMade(world, "POST admins", {
    body: { email, name: "I", role: "auditor" },
    who: world.me,
  });
  const setupToken = new URL(String((made.link as Json).url)).searchParams.get("token");
  const offer = await sendMade(world, "POST setup/enrolment", { body: { setupToken, email }, who: null });
  const { enrolment, totpSecret } = offer;
  return { setupToken, enrolment, code: codeOf(totpSecret), password: PASSWORD };
}

let days = 100;

/** Something of `me` that waits for another person: a change, or an API token that is theirs to make once it is approved. */
async function waiting(world: World, what: "PUT retention" | "POST api-tokens"): Promise<string> {
  const { console, me } = world;
  days += 1;
  const change = { version: await versionIn(world, "organisation"), expiredTokenDays: days, leaving: [] };
  await console.db.query("UPDATE approval_policy SET kinds = '{retention}'");
  const made = await sendProven(world, what, {
    body: what === "PUT retention" ? change : { name: `own ${randomUUID().slice(0, 5)}`, role: "auditor" },
    who: me,
    headers: { "approval-reason": "because" },
  });
  await console.db.query("UPDATE approval_policy SET kinds = '{}'");
  return String(made.id);
}

async function approved(world: World): Promise<string> {
  const id = await waiting(world, "POST api-tokens");
  await proveFor(world.console.db, world.other, id);
  await sendMade(world, "POST approvals/{id}/approve", { segments: { id }, body: {}, who: world.other });
  return id;
}

/** The same of `me`, who is asked to show who they are for this very act, and does. */
async function sendProven(world: World, name: string, made: Made): Promise<Json> {
  const [method = "", path = ""] = name.split(" ");
  const asked = await world.console.send(requestOf({ method, path: `/api/v1/${path}` }, made));
  const { subject } = (await asked.json()) as { subject?: string };
  await proveFor(world.console.db, world.me, subject ?? "");
  return sendMade(world, name, made);
}

/** In an emergency `me` does without another person. */
async function breakGlass(world: World): Promise<void> {
  const { console, me } = world;
  const version = await versionIn(world, "organisation");
  const made: Made = {
    body: { version, expiredTokenDays: 99, leaving: [] },
    who: me,
    headers: { "break-glass-reason": "now" },
  };
  await console.db.query("UPDATE approval_policy SET kinds = '{retention}'");
  await sendProven(world, "PUT retention", made);
  await console.db.query("UPDATE approval_policy SET kinds = '{}'");
}

async function detection(world: World, isMuted: boolean): Promise<string> {
  const id = randomUUID();
  // of one rule and subject one is the present one
  await world.console.db.query("UPDATE detection SET is_current = false");
  await world.console.db.query(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, client_id, first_at, last_at, found_at, count, facts)
     VALUES ($1::uuid, 'burst', 'high', 'open', 'client', $2::text, $2::uuid, now(), now(), now(), 1, '{"uses":400,"usual":3}')`,
    [id, world.ids.clients?.[isMuted ? 1 : 0] ?? ""],
  );
  const body = { scope: "client", reason: "known", endsAt: inHours(2) };
  if (isMuted) await sendMade(world, "POST detections/{id}/mute", { segments: { id }, body });
  return id;
}

async function orderToCome(world: World): Promise<string> {
  const target = { kind: "user", id: firstOf(world, "users") };
  const body = { verb: "suspend", target, effectiveFrom: inHours(2), suspendedUntil: inHours(3) };
  const plan = await sendMade(world, "POST plans", { body });
  await sendMade(world, "POST orders", { body: { planId: plan.id, reason: "test", note: "" } });
  return valueIn(world, "SELECT id AS value FROM revocation_order ORDER BY position DESC LIMIT 1");
}

async function standbyKey(world: World, purpose: string): Promise<string> {
  const made = await sendMade(world, "POST keys", { body: { purpose, reason: "test", note: "" } });
  return String((made.key as Json).kid);
}

/** Each by somebody else: one's next import takes the place of the one before. */
async function importOf(
  world: World,
  isCompared: boolean,
): Promise<Required<Pick<Made, "segments" | "who">>> {
  const who = await addTestPerson(world.console.db, "owner");
  const made = await sendMade(world, "POST people-imports", {
    body: { kind: "users", fileName: "p.csv" },
    who,
  });
  const segments = { id: String(made.id) };
  const content = Buffer.from("email,name\nbea@example.com,Bea\n").toString("base64");
  await sendMade(world, "PUT people-imports/{id}/parts", { segments, body: { number: 1, content }, who });
  if (isCompared)
    await sendMade(world, "POST people-imports/{id}/compare", { segments, body: { parts: 1 }, who });
  return { segments, who };
}

const secretOf = (world: World, table: string, owner: string, id: string) =>
  valueIn<string>(world, `SELECT id AS value FROM ${table} WHERE ${owner} = '${id}' LIMIT 1`);

const webhook = async (world: World) => ({
  version: await versionIn(world, "notification_webhook"),
  url: NOWHERE,
  kinds: ["approval_waiting"],
});
const mailServer = async (world: World) => ({
  version: await versionIn(world, "mail_settings"),
  // allowed, and nobody is there
  host: "127.0.0.1",
  port: 9,
  tls: "plain",
  fromAddress: "tokenwarden@example.com",
});

/** What there is once somebody has set it, used it or broken it. Before any request is made: versions move with it. */
export async function prepareWorld(world: World): Promise<void> {
  const { console, contents } = world;
  await sendMade(world, "PUT mail-settings", { body: await mailServer(world) });
  await sendMade(world, "PUT notification-webhook", { body: await webhook(world) });
  await breakGlass(world);
  const keyed = await sendMade(world, "POST clients", {
    body: { name: "Keyed", kind: "service", jwksUri: NOWHERE },
  });
  world.ids.keyed = [String((keyed.client as Json).id)];
  const view = await sendMade(world, "POST saved-views", {
    body: { list: "tokens", name: "Ours", isShared: true },
  });
  world.ids.shared = [String(view.id)];
  const suspended = { kind: "user", id: world.ids.users?.[1] ?? "" };
  const plan = await sendMade(world, "POST plans", {
    body: { verb: "suspend", target: suspended, suspendedUntil: inHours(9) },
  });
  await sendMade(world, "POST orders", { body: { planId: plan.id, reason: "test", note: "" } });
  await console.db.query(
    `INSERT INTO verifier_instance (verifier_id, instance_id, way, seen_at, first_seen_at)
     VALUES ($1::uuid, $2::uuid, 'poll', now() - interval '1 day', now() - interval '1 day')`,
    [firstOf(world, "verifiers"), INSTANCE],
  );
  // what else would take a key weeks
  const [ready, spent] = [await standbyKey(world, "status_list"), await standbyKey(world, "feed")];
  await contents.run(
    `ALTER TABLE signing_key DISABLE TRIGGER USER;
     UPDATE signing_key SET ready_at = now() - interval '1 minute' WHERE kid = '${ready}';
     UPDATE signing_key SET state = 'compromised', compromised_at = now() WHERE kid = '${spent}';
     ALTER TABLE signing_key ENABLE TRIGGER USER`,
  );
  world.ids.readyKeys = [ready];
  world.ids.spentKeys = [spent];
}

/** Requests, by the operations' names, that no sample of a schema hits upon: what they name or hold has to fit what is there. */
export const MADE: Record<string, (world: World) => Promise<Made>> = {
  // before the plans: they would not have named its token
  "POST /api/v1/users/{id}/grants/{clientId}/withdraw": async (world) => {
    const fixture = fixtureOf(world.console.db);
    const clientId = await fixture.client(`granted ${randomUUID()}`);
    const id = firstOf(world, "users");
    await fixture.token({ clientId, userId: id });
    return { segments: { id, clientId }, body: { reason: "test", note: "" } };
  },
  "POST /api/v1/admins/{id}/sessions/{sessionId}/end": async ({ console, other }) => {
    const { sessionId } = await openTestSession(console.db, other.id);
    return { segments: { id: other.id, sessionId } };
  },
  "PUT /api/v1/admins/{id}/role": async (world) => ({
    segments: { id: firstOf(world, "admins") },
    body: { role: "governor" },
    who: world.me,
  }),
  "PATCH /api/v1/approval-policy": async (world) => ({
    body: { version: await versionIn(world, "approval_policy"), kinds: ["keys"] },
    who: world.me,
  }),
  "POST /api/v1/approvals/{id}/approve": async (world) => {
    const id = await waiting(world, "PUT retention");
    await proveFor(world.console.db, world.other, id);
    return { segments: { id }, body: { note: "agreed" }, who: world.other };
  },
  "POST /api/v1/approvals/{id}/ask-again": async (world) => {
    const id = await waiting(world, "PUT retention");
    await proveFor(world.console.db, world.me, proofSubject({ act: "ask again", id }));
    return { segments: { id }, who: world.me };
  },
  "POST /api/v1/approvals/{id}/check": async (world) => ({
    segments: { id: await waiting(world, "PUT retention") },
    who: world.other,
  }),
  "POST /api/v1/approvals/{id}/decline": async (world) => ({
    segments: { id: await waiting(world, "POST api-tokens") },
    body: { note: "no" },
    who: world.other,
  }),
  "POST /api/v1/approvals/{id}/run": async (world) => {
    const id = await approved(world);
    await proveFor(world.console.db, world.me, proofSubject({ act: "do what was approved", id }));
    return { segments: { id }, who: world.me };
  },
  "POST /api/v1/approvals/{id}/withdraw": async (world) => ({
    segments: { id: await waiting(world, "POST api-tokens") },
    who: world.me,
  }),
  "POST /api/v1/break-glass/{id}/review": async (world) => ({
    segments: {
      id: await valueIn(world, "SELECT id AS value FROM approval WHERE way = 'break_glass' LIMIT 1"),
    },
    body: { note: "looked at" },
    who: world.other,
  }),
  "POST /api/v1/clients/{id}/secrets/{secretId}/revoke": async (world) => {
    const id = firstOf(world, "clients");
    await sendMade(world, "POST clients/{id}/rotate-secret", { segments: { id }, body: {} });
    return { segments: { id, secretId: await secretOf(world, "client_secret", "client_id", id) } };
  },
  "POST /api/v1/detections/{id}/case": async (world) => ({
    segments: { id: await detection(world, false) },
    body: { title: "Too many at once" },
  }),
  "POST /api/v1/detections/{id}/mute": async (world) => ({
    segments: { id: await detection(world, false) },
    body: { scope: "client", reason: "known", endsAt: inHours(2) },
  }),
  "POST /api/v1/detections/{id}/unmute": async (world) => ({
    segments: { id: await detection(world, true) },
  }),
  // by somebody who has no others under way
  "POST /api/v1/exports": async ({ console }) => ({
    body: { list: "tokens", format: "csv" },
    who: await addTestPerson(console.db, "owner"),
  }),
  "POST /api/v1/exports/{id}/cancel": async (world) => {
    const who = await addTestPerson(world.console.db, "owner");
    const made = await sendMade(world, "POST exports", { body: { list: "tokens", format: "csv" }, who });
    return { segments: { id: String(made.id) }, who };
  },
  "POST /api/v1/event-streams": async () => ({
    body: { name: "Other", delivery: "webhook", url: NOWHERE, authorization: "Bearer theirs" },
  }),
  "POST /api/v1/event-streams/{id}/replay": async (world) => ({
    segments: { id: firstOf(world, "event-streams") },
    body: { from: inHours(-1) },
  }),
  "PUT /api/v1/mail-settings": async (world) => ({
    body: { ...(await mailServer(world)), username: "u", password: "mail password" },
  }),
  "PUT /api/v1/notification-webhook": async (world) => ({
    body: { ...(await webhook(world)), kinds: ["approval_decided"] },
  }),
  "POST /api/v1/me/passkeys": async (world) => ({ body: await newPasskey(world), who: world.me }),
  "PATCH /api/v1/me/passkeys/{id}": async (world) => ({
    segments: { id: await passkeyOf(world) },
    body: { name: "other" },
    who: world.me,
  }),
  "DELETE /api/v1/me/passkeys/{id}": async (world) => ({
    segments: { id: await passkeyOf(world) },
    who: world.me,
  }),
  "PUT /api/v1/me/password": async ({ console, me }) => {
    const of = [me.id, await hashPassword(PASSWORD)];
    await console.db.query("UPDATE admin SET password_hash = $2::text WHERE id = $1::uuid", of);
    return { body: { currentPassword: PASSWORD, password: "what nobody else would take 7" }, who: me };
  },
  "POST /api/v1/me/recovery-codes": async ({ me }) => ({ who: me }),
  "DELETE /api/v1/me/totp": async (world) => {
    await passkeyOf(world);
    return { who: world.me };
  },
  "PUT /api/v1/me/totp": async (world) => {
    const offer = await sendMade(world, "POST me/totp/enrolment", { who: world.me });
    return { body: { enrolment: offer.enrolment, code: codeOf(offer.totpSecret) }, who: world.me };
  },
  "POST /api/v1/orders": async (world) => {
    const body = { verb: "suspend", target: { kind: "user", id: firstOf(world, "users") } };
    const plan = await sendMade(world, "POST plans", { body: { ...body, suspendedUntil: inHours(1) } });
    return { body: { planId: plan.id, reason: "test", note: "" } };
  },
  "POST /api/v1/orders/{id}/cancel": async (world) => ({
    segments: { id: await orderToCome(world) },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/people-imports/{id}/apply": (world) => importOf(world, true),
  "POST /api/v1/keys/{kid}/cancel": async (world) => ({
    segments: { kid: await standbyKey(world, "id_token") },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/setup/invitation": async (world) => ({ body: await invitation(world), who: null }),
  "POST /api/v1/signal-streams": async (world) => ({
    body: {
      verifierId: world.ids.verifiers?.[0],
      events: ["https://schemas.openid.net/secevent/caep/event-type/session-revoked"],
      delivery: "push",
      endpointUrl: NOWHERE,
      authorization: "Bearer theirs",
    },
  }),
  "POST /api/v1/signal-streams/{id}/verify": async (world) => {
    await world.console.db.query("UPDATE signal_stream SET status = 'enabled'");
    return { segments: { id: firstOf(world, "signal-streams") } };
  },
  "POST /api/v1/scanners/{id}/secrets/{secretId}/revoke": async (world) => {
    const id = firstOf(world, "scanners");
    await sendMade(world, "POST scanners/{id}/rotate-secret", { segments: { id }, body: {} });
    return { segments: { id, secretId: await secretOf(world, "scanner_secret", "scanner_id", id) } };
  },
  "POST /api/v1/verifiers/{id}/secrets/{secretId}/revoke": async (world) => {
    const id = firstOf(world, "verifiers");
    await sendMade(world, "POST verifiers/{id}/rotate-secret", { segments: { id }, body: {} });
    return { segments: { id, secretId: await secretOf(world, "verifier_secret", "verifier_id", id) } };
  },
  "POST /api/v1/verifiers/{id}/instances/{instanceId}/end": async (world) => ({
    segments: { id: firstOf(world, "verifiers"), instanceId: INSTANCE },
  }),
  "POST /api/v1/notification-webhook/remove": async (world) => ({
    body: { version: await versionIn(world, "notification_webhook") },
  }),
  "POST /api/v1/mail-settings/remove": async (world) => ({
    body: { version: await versionIn(world, "mail_settings") },
  }),
  "POST /api/v1/keys/{kid}/activate": async (world) => ({
    segments: { kid: firstOf(world, "readyKeys") },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/keys/{kid}/destroy": async (world) => ({
    segments: { kid: firstOf(world, "spentKeys") },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/incidents/{number}/notices": async (world) => {
    const segments = { number: firstOf(world, "incidents") };
    const { recipients } = await sendMade(world, "GET incidents/{number}/notices", { segments });
    const [found] = (recipients as Json[]).filter((one) => one.whyNot === null);
    const { kind, id, seen } = found ?? {};
    return { segments, body: { recipients: [{ kind, id, seen }] } };
  },
  "POST /api/v1/incidents/{number}/orders": async (world) => {
    const target = { kind: "user", id: firstOf(world, "users") };
    const plan = await sendMade(world, "POST plans", {
      body: { verb: "suspend", target, suspendedUntil: inHours(1) },
    });
    const segments = { number: firstOf(world, "incidents") };
    return { segments, body: { planId: plan.id, reason: "test", note: "" } };
  },
  "POST /api/v1/incidents/{number}/clients/{id}/rotate-secret": async (world) => ({
    segments: { number: firstOf(world, "incidents"), id: firstOf(world, "clients") },
    body: {},
  }),
  "POST /api/v1/restore/confirm": async ({ console }) => {
    await console.db.query(
      `INSERT INTO restore (id, found_at, mark_number, mark_at, mark_hash, mark_acts, common_number, common_acts)
       VALUES (gen_random_uuid(), now(), 1, now(), 'x', 1, 0, 0)`,
    );
    return { body: { revokesTokens: false, confirm: CONFIRM_RESTORE_WORD } };
  },
  "POST /api/v1/sign-in-providers": async ({ issuer, me }) => ({
    body: { name: "Other company", issuer, clientId: "console", clientSecret: "a secret of theirs" },
    who: me,
  }),
  "POST /api/v1/sign-in-providers/test": async ({ issuer }) => ({ body: { issuer } }),
  "POST /api/v1/setup/link": async (world) => {
    const { setupToken } = await invitation(world);
    return { body: { setupToken }, who: null };
  },
  "POST /api/v1/setup/enrolment": async (world) => {
    const { setupToken } = await invitation(world);
    return { body: { setupToken, email: "x@example.com" }, who: null };
  },
  "POST /api/v1/sign-in/passkey": async () => ({ who: null }),
  "POST /api/v1/me/passkeys/options": async ({ me }) => ({ who: me }),
  "POST /api/v1/me/totp/enrolment": async ({ me }) => ({ who: me }),
  "POST /api/v1/me/step-up/options": async ({ me }) => ({ body: { kind: "keys" }, who: me }),
  "POST /api/v1/me/step-up": async (world) => {
    await passkeyOf(world);
    const offer = await sendMade(world, "POST me/step-up/options", { body: { kind: "keys" }, who: world.me });
    const asked = offer.passkey as { options: { challenge: string }; challenge: string };
    const answer = world.passkeys.at(-1)?.answer({ challenge: asked.options.challenge, origin: ORIGIN });
    return {
      body: { method: "passkey", kind: "keys", challenge: asked.challenge, passkey: answer },
      who: world.me,
    };
  },
  "POST /api/v1/me/notifications/mark": async ({ me }) => ({ body: { ids: [randomUUID()] }, who: me }),
  "PUT /api/v1/me/notification-choices": async ({ me }) => ({
    body: { choices: { detection_low: { mail: true } } },
    who: me,
  }),
  "PUT /api/v1/me/tables/{name}": async ({ me }) => ({
    segments: { name: "tokens" },
    body: { hidden: { subject: true }, sizes: {}, density: "compact" },
    who: me,
  }),
  "POST /api/v1/people-imports/{id}/compare": async (world) => ({
    ...(await importOf(world, false)),
    body: { parts: 1 },
  }),
  "PUT /api/v1/people-imports/{id}/parts": async (world) => ({
    ...(await importOf(world, false)),
    body: { number: 2, content: Buffer.from("cea@example.com,Cea\n").toString("base64") },
  }),
  "POST /api/v1/plans": async (world) => ({
    body: { verb: "revoke", target: { kind: "user", id: firstOf(world, "users") } },
  }),
  "POST /api/v1/keys/{kid}/emergency": async (world) => {
    const kid = await valueIn<string>(
      world,
      "SELECT kid AS value FROM signing_key WHERE purpose = 'access_token' AND state = 'active'",
    );
    const plan = await sendMade(world, "POST keys/{kid}/emergency-plan", { segments: { kid } });
    const { id, confirm } = (plan.plan ?? plan) as Json;
    return {
      segments: { kid },
      body: { planId: id, reason: "test", note: "", confirm: confirm ?? undefined },
    };
  },
  "POST /api/v1/users/{id}/erasure": async (world) => {
    const segments = { id: world.ids.users?.[1] ?? "" };
    // whoever is enabled is not erased
    await world.console.db.query(
      "UPDATE user_account SET disabled_at = coalesce(disabled_at, now()) WHERE id = $1::uuid",
      [segments.id],
    );
    return { segments, body: { reason: "user_request", note: "", confirm: "off@example.com" } };
  },
  "POST /api/v1/clients": async ({ ids }) => ({
    body: { name: "Made", kind: "service", audienceIds: ids.audiences },
  }),
  "POST /api/v1/clients/{id}/fetch-keys": async (world) => ({ segments: { id: firstOf(world, "keyed") } }),
  "PUT /api/v1/clients/{id}/detection-rules/{rule}": async (world) => ({
    segments: { id: firstOf(world, "clients"), rule: "burst" },
    body: { version: 0, isOn: false },
  }),
  "POST /api/v1/evidence-checks": async () => ({ body: { from: inHours(-1), until: inHours(0) } }),
  "POST /api/v1/mail-settings/test": async () => ({ body: { to: "a@example.com" } }),
  "PUT /api/v1/notification-settings": async (world) => ({
    body: {
      version: await valueIn(world, "SELECT version AS value FROM notification_settings"),
      defaults: { detection_low: { mail: true } },
    },
  }),
  "POST /api/v1/orders/{id}/cancel-together": async (world) => ({
    segments: { id: await orderToCome(world) },
    body: { reason: "test", note: "" },
  }),
  "POST /api/v1/organisation/lifetimes/preview": async () => ({ body: { accessTokenTtlMaxSeconds: 3600 } }),
  "POST /api/v1/restores": async ({ ids }) => ({
    body: { target: { kind: "user", id: ids.users?.[1] }, reason: "test", note: "" },
  }),
  "POST /api/v1/saved-views": async () => ({ body: { list: "users", name: "Theirs", isShared: true } }),
  "PATCH /api/v1/saved-views/{id}": async (world) => ({
    segments: { id: firstOf(world, "shared") },
    body: { version: 1, name: "Ours, renamed" },
  }),
  "DELETE /api/v1/saved-views/{id}": async (world) => ({ segments: { id: firstOf(world, "shared") } }),
  "POST /api/v1/signal-receivers": async () => ({
    body: {
      name: "Third",
      issuer: "https://third.example",
      jwksUrl: "https://1.1.1.1/jwks",
      audience: "us",
      subjectBy: "email",
    },
  }),
  "PUT /api/v1/users/{id}/password": async (world) => ({
    segments: { id: firstOf(world, "users") },
    body: { password: "what nobody else would take 7" },
  }),
  // versions are what they are once everything else is made
  "PATCH /api/v1/clients/{id}": async (world) => ({
    segments: { id: firstOf(world, "clients") },
    body: {
      version: await valueIn(
        world,
        `SELECT version AS value FROM client WHERE id = '${firstOf(world, "clients")}'`,
      ),
      description: "Another one",
    },
  }),
  "PATCH /api/v1/organisation": async (world) => ({
    body: { version: await versionIn(world, "organisation"), name: "Another one" },
  }),
  "PATCH /api/v1/sign-in-policy": async (world) => ({
    body: { version: await versionIn(world, "sign_in_policy"), breakGlass: [world.other.id] },
    who: world.me,
  }),
  "PATCH /api/v1/signal-receivers/{id}": async (world) => ({
    segments: { id: firstOf(world, "signal-receivers") },
    body: {
      version: await valueIn(
        world,
        `SELECT version AS value FROM signal_receiver WHERE id = '${firstOf(world, "signal-receivers")}'`,
      ),
      name: "Renamed",
    },
  }),
  // a passkey that is added ends them
  "POST /api/v1/me/end-sessions": async ({ console, me }) => ({
    who: { ...me, ...(await openTestSession(console.db, me.id)) },
  }),
  "POST /api/v1/me/sessions/{id}/end": async ({ console, me }) => ({
    segments: { id: (await openTestSession(console.db, me.id)).sessionId },
    who: me,
  }),
};

/** Of who may come in, and how, an API token only asks: a person does it. */
export function asPerson(world: World, named: NamedOperation, request: ApiRequest): ApiRequest {
  const { kind } = (named.operation as { "x-step-up"?: { kind: StepUpKind } })["x-step-up"] ?? {};
  if (kind === undefined || !NEVER_UNATTENDED.has(kind) || request.role === null) return request;
  const { headers } = requestOf(named, { who: world.me });
  return { ...request, role: null, headers: { ...request.headers, ...headers } };
}
