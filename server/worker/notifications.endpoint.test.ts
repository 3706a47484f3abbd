import { randomBytes, randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { breakGlass } from "#lib/approvals/break-glass.ts";
import type { Role } from "#lib/authz/roles.ts";
import { type Context, systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { saveMailSettingsInput } from "#lib/mail/input.ts";
import { readMailSettings } from "#lib/mail/mail-settings.ts";
import { saveMailSettings } from "#lib/mail/save-mail-settings.ts";
import { stopMail } from "#lib/mail/stop-mail.ts";
import { saveWebhookInput } from "#lib/notifications/input.ts";
import type { NotificationWebhook } from "#lib/notifications/model.ts";
import { notify } from "#lib/notifications/notify.ts";
import { removeNotificationWebhook, saveNotificationWebhook } from "#lib/notifications/save-webhook.ts";
import { rotateWebhookSecret, switchNotificationWebhook } from "#lib/notifications/switch-webhook.ts";
import { testNotificationWebhook } from "#lib/notifications/test-webhook.ts";
import type { WebhookNotification } from "#lib/notifications/webhook-body.ts";
import { getNotificationWebhook, readWebhook } from "#lib/notifications/webhook-record.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { sessionFixture } from "#lib/step-up/test-sessions.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { eventually } from "#server/authority/signals/test-signal-peer.ts";
import { createMailSender, createNotificationSender } from "./outbox-sender.ts";
import { startMailServer, type TestMailServer } from "./test-mail-server.ts";
import { startWebhookSink, type WebhookSink } from "./test-webhook-sink.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 7));
let db: Database;
let outbound: Outbound;
let sink: WebhookSink;
let other: WebhookSink;
let mailServer: TestMailServer;
let loops: { start(): void; stop(): Promise<void> }[];

beforeAll(async () => {
  [sink, other, mailServer] = [await startWebhookSink(), await startWebhookSink(), await startMailServer()];
  outbound = createOutbound({
    allow:
      readOutboundAllow(`${sink.origin},${other.origin},smtp://localhost:${mailServer.port}`) ??
      expect.fail(),
  });
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "test" });
  const log = pino({ level: "silent" });
  const given = { db, url, log, outbound, wrapper };
  // two workers: what one sends the other does not
  loops = [1, 2].flatMap(() => [createNotificationSender(given), createMailSender(given)]);
  for (const loop of loops) loop.start();
});
afterAll(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  outbound.close();
  await db.end();
  await Promise.all([sink.end(), other.end(), mailServer.end()]);
});
beforeEach(async () => {
  const { url, version } = await readWebhook(db);
  if (url !== null) await removeNotificationWebhook(as("owner"), { version });
  for (const one of [sink, other]) {
    one.taken.length = 0;
    one.attempts.length = 0;
    one.behave("take");
  }
  mailServer.received.length = 0;
});

const as = (role: Role) => contextAs(db, role);
const keeping = () => ({ outbound, wrapper });

async function setUp(change: object = {}, at = sink) {
  const { version } = await readWebhook(db);
  const input = saveWebhookInput.parse({
    version,
    url: at.url,
    kinds: ["detection_critical", "break_glass_used"],
    ...change,
  });
  const saved = await saveNotificationWebhook(as("owner"), input, keeping());
  if (saved.secret !== null) at.trust(saved.secret);
  return saved;
}

function tell(title: string, kind: "detection_critical" | "detection_low" = "detection_critical") {
  const ctx = systemContext(db, "detector");
  const id = randomUUID();
  return db.transaction((tx) =>
    notify(tx, ctx, {
      kind,
      key: `test ${id}`,
      title,
      text: "A token was presented that nobody issued.",
      path: `/detections/${id}`,
      subject: { kind: "detection", id, name: title },
    }),
  );
}

const eventsOf = (at: WebhookSink) =>
  at.taken.flatMap(({ events }) => events as unknown as WebhookNotification[]);
const titlesOf = (at: WebhookSink) => eventsOf(at).map(({ title }) => title);
const arrived = (at: WebhookSink, count: number) =>
  eventually(() => (eventsOf(at).length >= count ? eventsOf(at) : undefined), 15_000);
const until = (is: (webhook: NotificationWebhook) => boolean) =>
  eventually(async () => {
    const webhook = await readWebhook(db);
    return is(webhook) ? webhook : undefined;
  }, 20_000);
const tryNow = () => db.query("UPDATE notification_webhook SET next_attempt_at = NULL");

describe("the webhook of notifications", () => {
  test("gets what it is to get, in order, once, signed as Standard Webhooks has it", async () => {
    await setUp({ authorization: "Bearer of-theirs" });
    const told = [
      await tell("one"),
      await tell("not this one", "detection_low"),
      await tell("two"),
      await tell("three"),
    ];
    const events = await arrived(sink, 3);
    expect(events.map(({ title }) => title)).toEqual(["one", "two", "three"]);
    expect(events[0]).toMatchObject({
      type: "notification",
      id: told[0],
      kind: "detection_critical",
      tone: "danger",
      url: expect.stringMatching(/^http:\/\/localhost:\d+\/detections\//),
      actor: { name: "detector" },
    });
    expect(sink.taken[0]?.headers.authorization).toBe("Bearer of-theirs");
    const webhook = await until(({ lag }) => lag.count === 0);
    expect(webhook).toMatchObject({ delivered: 3, failures: 0, lastError: null });
    await new Promise((done) => setTimeout(done, 1_500));
    expect(titlesOf(sink), "neither worker sends it again").toEqual(["one", "two", "three"]);
  });

  test("what fails waits, with its lag and why, and is sent once the other side is there", async () => {
    await setUp();
    sink.behave((_req, res) => res.writeHead(503).end("later"));
    await tell("one");
    await tell("two");
    const failing = await until(({ failures }) => failures > 0);
    expect(failing).toMatchObject({ lag: { count: 2 }, lastError: "answers 503: later", delivered: 0 });
    expect(failing.lag.since).not.toBeNull();
    expect(failing.nextAttemptAt).not.toBeNull();
    sink.behave("take");
    await tryNow();
    expect((await arrived(sink, 2)).map(({ title }) => title)).toEqual(["one", "two"]);
    expect(await until(({ lag }) => lag.count === 0)).toMatchObject({ failures: 0, delivered: 2 });
  });

  test("one that was taken while its worker died is sent again, with the same id", async () => {
    await setUp();
    let cut = true;
    sink.behave((req, res, delivered) => {
      sink.taken.push(delivered);
      // taken, and the answer never comes
      if (cut) req.socket.destroy();
      else res.writeHead(202).end();
    });
    const id = await tell("one");
    await until(({ failures }) => failures > 0);
    cut = false;
    await tryNow();
    const events = await arrived(sink, 2);
    expect(events.map((event) => event.id)).toEqual([id, id]);
  });

  test("who says that it is there no more is paused, on record, and goes on where it was", async () => {
    await setUp();
    sink.behave((_req, res) => res.writeHead(410).end());
    await tell("one");
    const paused = await until(({ status }) => status === "paused");
    expect(paused).toMatchObject({ statusReason: "answers 410", lag: { count: 1 } });
    const [entry] = await db.query<{ act: string }>(
      "SELECT act FROM audit_entry ORDER BY sequence DESC LIMIT 1",
    );
    expect(entry?.act).toBe("notification_webhook.paused");
    sink.behave("take");
    await switchNotificationWebhook(as("owner"), { status: "running" });
    expect((await arrived(sink, 1)).map(({ title }) => title)).toEqual(["one"]);
  });

  test("a new key signs beside the one before, for a day", async () => {
    const { secret } = await setUp();
    const rotated = await rotateWebhookSecret(as("owner"), { wrapper });
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.webhook.previousSecretUntil).not.toBeNull();
    await tell("one");
    await arrived(sink, 1);
    sink.trust(rotated.secret ?? "");
    await tell("two");
    expect(await arrived(sink, 2)).toHaveLength(2);
  });

  test("the test button says what was answered, whether it was taken or not, and once in a while", async () => {
    await setUp();
    const tested = await testNotificationWebhook(as("owner"), keeping());
    expect(tested).toMatchObject({ isTaken: true, answer: "answers 202: thanks" });
    expect(eventsOf(sink)[0]).toMatchObject({ type: "test", isTest: true });
    await expect(testNotificationWebhook(as("owner"), keeping())).rejects.toMatchObject({
      code: "TOO_MANY_ATTEMPTS",
    });
    await db.query("UPDATE notification_webhook SET tested_at = NULL");
    sink.behave((_req, res) => res.writeHead(500).end("broken"));
    expect(await testNotificationWebhook(as("owner"), keeping())).toMatchObject({
      isTaken: false,
      answer: "answers 500: broken",
    });
  });

  test("hostile text is one JSON string on one line, whatever it holds (P18)", async () => {
    await setUp();
    const evil = `"}\n{"type":"notification","title":"forged"} \u2028 <script>alert(1)</script>`;
    await tell(evil);
    const [event, ...more] = await arrived(sink, 1);
    expect(more).toEqual([]);
    expect(event?.title).toBe(`"} {"type":"notification","title":"forged"} <script>alert(1)</script>`);
  });

  test("another address needs the Authorization again, and an address that may not be called is refused", async () => {
    await setUp({ authorization: "Bearer of-theirs" });
    await expect(setUp({}, other)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await setUp({ url: other.url, authorization: null }, other);
    for (const url of [
      "http://169.254.169.254/latest",
      "https://127.0.0.1/",
      "http://hooks.example.com/",
      "ftp://x",
    ])
      await expect(setUp({ url, authorization: null })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await readWebhook(db)).url).toBe(other.url);
  });

  test("is changed by owners alone, by version, and its secrets are in no answer and no entry", async () => {
    const { secret, webhook } = await setUp({ authorization: "Bearer of-theirs" });
    for (const role of ["responder", "governor", "auditor"] as const) {
      const acts = [
        () =>
          saveNotificationWebhook(
            as(role),
            saveWebhookInput.parse({ version: webhook.version, url: sink.url, kinds: ["detection_low"] }),
            keeping(),
          ),
        () => removeNotificationWebhook(as(role), { version: webhook.version }),
        () => switchNotificationWebhook(as(role), { status: "paused" }),
        () => rotateWebhookSecret(as(role), { wrapper }),
        () => testNotificationWebhook(as(role), keeping()),
      ];
      for (const act of acts) await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(getNotificationWebhook(as(role))).resolves.toMatchObject({ hasAuthorization: true });
    }
    await expect(setUp({ version: webhook.version + 1 })).rejects.toMatchObject({ code: "STALE_VERSION" });
    const said = JSON.stringify([
      await getNotificationWebhook(as("owner")),
      await db.query("SELECT before, after FROM audit_entry WHERE target_kind = 'notification_webhook'"),
    ]);
    expect(said).toContain('"authorization":"set anew"');
    for (const hidden of [secret ?? expect.fail(), "of-theirs"]) expect(said).not.toContain(hidden);
  });

  test("taken away, what waited is sent nowhere, and no key is left", async () => {
    await setUp();
    sink.behave((_req, res) => res.writeHead(503).end());
    await tell("one");
    await until(({ failures }) => failures > 0);
    const { version } = await readWebhook(db);
    const removed = await removeNotificationWebhook(as("owner"), { version });
    expect(removed).toMatchObject({ url: null, kinds: [], lag: { count: 0 }, lastError: null });
    const [row] = await db.query("SELECT secret_wrapped, authorization_wrapped FROM notification_webhook");
    expect(row).toEqual({ secret_wrapped: null, authorization_wrapped: null });
    await expect(testNotificationWebhook(as("owner"), keeping())).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

test("a notification reaches its admin by mail, as plain text with one link of ours", async () => {
  const id = randomUUID();
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, 'ines@acme.example', 'Ines', 'owner', 'x', now())`,
    [id],
  );
  const { version } = await readMailSettings(db);
  await saveMailSettings(
    as("owner"),
    saveMailSettingsInput.parse({
      version,
      host: "localhost",
      port: mailServer.port,
      tls: "plain",
      fromAddress: "security@acme.example",
    }),
    keeping(),
  );
  mailServer.received.length = 0;
  await tell("<b>Forged</b>\r\nBcc: all@acme.example");
  const mail = await eventually(() => mailServer.received.find(({ raw }) => raw.includes("Forged")), 15_000);
  expect(mail.to).toEqual(["ines@acme.example"]);
  expect(mail.raw).toMatch(/^Content-Type: text\/plain/m);
  expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated/m);
  expect(mail.raw).not.toMatch(/^Bcc:/m);
  expect(mail.raw.match(/https?:\/\//g)).toHaveLength(1);
});

describe("an alarm of an act without a second person", () => {
  const sessions = sessionFixture(() => db, Date.now());

  async function saveMail(ctx: Context, fromAddress: string) {
    const { version } = await readMailSettings(db);
    const given = { version, host: "localhost", port: mailServer.port, tls: "plain", fromAddress };
    return saveMailSettings(ctx, saveMailSettingsInput.parse(given), keeping());
  }

  /** Two owners: one does something alone, the other is to hear of it. */
  async function alone(act: (ctx: Context) => Promise<unknown>) {
    await setUp();
    await saveMail(as("owner"), "security@acme.example");
    const [one, other] = [await sessions.makeAdmin("owner"), await sessions.makeAdmin("owner")];
    mailServer.received.length = 0;
    sink.taken.length = 0;
    const me = (await sessions.openSession(one, 0))(10);
    const digest = randomBytes(32);
    if (me.actor.kind !== "admin") throw new Error("only a person does");
    await db.query(
      "INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, $3::timestamptz, 'totp')",
      [me.actor.sessionId, digest.toString("hex").slice(0, 32), me.now],
    );
    const reason = `Alone ${randomUUID()}`;
    const guarded = {
      summary: "Changes where alarms go",
      method: "POST",
      path: "/api/v1/x",
      permission: null,
      request: null,
      digest,
      runBy: "approver" as const,
      act,
    };
    await breakGlass(me, guarded, { kind: "streams", reason });
    return { reason, to: other.email };
  }
  const heard = (at: WebhookSink, reason: string) =>
    eventsOf(at).filter(({ kind, text }) => kind === "break_glass_used" && text.includes(reason)).length;
  /** Without the soft breaks of quoted-printable, which fall where they like. */
  const textOf = ({ raw }: { raw: string }) => raw.replaceAll(/=\r?\n/g, "");
  const sendersTo = (to: string, reason: string) =>
    mailServer.received
      .filter((mail) => mail.to.includes(to) && textOf(mail).includes(reason))
      .map(({ raw }) => /^From: .*?([\w.]+@[\w.]+)/m.exec(raw)?.[1])
      .sort();
  const kept = async () =>
    (await db.query("SELECT id FROM former_mail_server UNION ALL SELECT notification_id FROM former_webhook"))
      .length;

  test("that sends it elsewhere goes the way of before too, and what is kept for that goes with it", async () => {
    const { reason, to } = await alone(async (ctx) => {
      const { version } = await readWebhook(ctx.db);
      const input = saveWebhookInput.parse({ version, url: other.url, kinds: ["break_glass_used"] });
      const saved = await saveNotificationWebhook(ctx, input, keeping());
      expect(saved.secret, "the key is the one from before").toBeNull();
      await saveMail(ctx, "thief@evil.example");
    });
    await eventually(() => (heard(sink, reason) > 0 ? true : undefined), 15_000);
    expect(
      await eventually(() => {
        const senders = sendersTo(to, reason);
        return senders.length >= 2 ? senders : undefined;
      }, 15_000),
    ).toEqual(["security@acme.example", "thief@evil.example"]);
    await eventually(async () => ((await kept()) === 0 ? true : undefined), 15_000);
    expect(heard(sink, reason), "once").toBe(1);
  });

  test("that would silence it goes the way of before", async () => {
    const { reason, to } = await alone(async (ctx) => {
      await switchNotificationWebhook(ctx, { status: "paused" });
      await stopMail(ctx, { version: (await readMailSettings(ctx.db)).version });
    });
    await eventually(() => (heard(sink, reason) > 0 ? true : undefined), 15_000);
    await eventually(() => (sendersTo(to, reason).length > 0 ? true : undefined), 15_000);
    expect(sendersTo(to, reason)).toEqual(["security@acme.example"]);
    await eventually(async () => ((await kept()) === 0 ? true : undefined), 15_000);
  });

  test("that leaves it as it was is told once", async () => {
    const { reason, to } = await alone((ctx) => rotateWebhookSecret(ctx, { wrapper }));
    expect(await kept()).toBe(0);
    await eventually(() => (sendersTo(to, reason).length > 0 ? true : undefined), 15_000);
    expect(sendersTo(to, reason)).toHaveLength(1);
  });
});
