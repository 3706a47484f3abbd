import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#lib/authz/roles.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { listNotices } from "#lib/incidents/list-notices.ts";
import { openIncident } from "#lib/incidents/open-incident.ts";
import { tellOwners } from "#lib/incidents/tell-owners.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { type SaveMailSettingsInput, saveMailSettingsInput } from "#lib/mail/input.ts";
import { listMails } from "#lib/mail/list-mails.ts";
import { readMailSettings } from "#lib/mail/mail-settings.ts";
import type { MailRow } from "#lib/mail/model.ts";
import { saveMailSettings } from "#lib/mail/save-mail-settings.ts";
import { sendAgain } from "#lib/mail/send-again.ts";
import { stopMail } from "#lib/mail/stop-mail.ts";
import { MAILS_TABLE } from "#lib/mail/table.ts";
import { testMail } from "#lib/mail/test-mail.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { eventually } from "#server/authority/signals/test-signal-peer.ts";
import { HAS_OPENSSL, makeCertificate, type TestCertificate } from "#server/tls/test-certificate.ts";
import { createMailSender } from "./outbox-sender.ts";
import { startMailServer, type TestMailServer } from "./test-mail-server.ts";
import type { WorkerPart } from "./worker-part.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 7));
const PASSWORD = "correct horse battery 9";
let db: Database;
let server: TestMailServer;
let outbound: Outbound;
let senders: WorkerPart[];

beforeAll(async () => {
  server = await startMailServer();
  outbound = createOutbound({ allow: readOutboundAllow(`smtp://localhost:${server.port}`) ?? expect.fail() });
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  const log = pino({ level: "silent" });
  // two workers: whichever has a mail, the other has not
  senders = [1, 2].map(() => createMailSender({ db, url, log, outbound, wrapper }));
  for (const sender of senders) sender.start();
});
afterAll(async () => {
  await Promise.all(senders.map((sender) => sender.stop()));
  outbound.close();
  await db.end();
  await server.end();
});
beforeEach(async () => {
  await db.query("UPDATE mail SET state = 'failed' WHERE state = 'queued'");
  server.behave("take");
  server.received.length = 0;
  await save();
});

const as = (role: Role) => contextAs(db, role);

async function save(change: Partial<SaveMailSettingsInput> = {}, by = outbound) {
  const { version } = await readMailSettings(db);
  const input = saveMailSettingsInput.parse({
    version,
    host: "localhost",
    port: server.port,
    tls: "plain",
    fromAddress: "security@acme.example",
    fromName: "Acme security",
    ...change,
  });
  return saveMailSettings(as("owner"), input, { outbound: by, wrapper });
}

/** A case on one token of a new person. */
async function caseOf(name = "Ana Example") {
  const fixture = fixtureOf(db);
  const clientId = await fixture.client(`web-${randomUUID().slice(0, 8)}`);
  const email = `${randomUUID()}@acme.example`;
  const userId = await fixture.user(email);
  await db.query("UPDATE user_account SET name = $2 WHERE id = $1::uuid", [userId, name]);
  const token = await fixture.token({
    clientId,
    userId,
    familyId: await fixture.family({ clientId, userId }),
  });
  const { number } = await openIncident(as("responder"), {
    title: "A leak",
    severity: "high",
    note: "",
    tokenIds: [token.id],
    subjects: [],
  });
  return { number, email, userId, clientId, token };
}

async function tell(number: number, note = "") {
  const { recipients } = await listNotices(as("responder"), number);
  return tellOwners(as("responder"), {
    number,
    note,
    recipients: recipients.map(({ kind, id, seen }) => ({ kind, id, seen })),
  });
}

const mailOf = async (number: number) => (await listNotices(as("auditor"), number)).mails[0] as MailRow;
const settled = (number: number, wanted: (mail: MailRow) => boolean) =>
  eventually(async () => {
    const mail = await mailOf(number);
    return wanted(mail) ? mail : undefined;
  });

/** An old letter's way out of base64 and quoted-printable: what a person reads. */
function textOf(raw: string): string {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const encoding = /content-transfer-encoding: (\S+)/i.exec(head)?.[1];
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_all, hex) => `%${hex}`);
  return decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, "%25"));
}

describe("the owner of a leaked token is told from its case", () => {
  test("by one mail whose words were previewed: who, when and what became of it is in the case and on record", async () => {
    const { number, email, userId, token } = await caseOf();
    const before = await listNotices(as("responder"), number);
    expect(before).toMatchObject({
      hasMailServer: true,
      recipients: [{ kind: "user", id: userId, address: email, tokens: 1, whyNot: null }],
      mails: [],
    });
    await tell(number, "Call us:\nextension 12");
    const mail = await settled(number, ({ state }) => state === "sent");
    expect(mail).toMatchObject({
      toAddress: email,
      recipient: { kind: "user", id: userId, name: "Ana Example" },
      attempts: 1,
      lastError: null,
    });
    expect(server.received).toHaveLength(1);
    const [received] = server.received;
    expect(received).toMatchObject({ from: "security@acme.example", to: [email] });
    const raw = received?.raw ?? "";
    expect(raw).toContain(`Message-ID: <${mail.id}@acme.example>`);
    expect(raw).toContain("Auto-Submitted: auto-generated");
    const text = textOf(raw);
    expect(text).toContain("Hello Ana Example,");
    expect(text).toContain("still works");
    expect(text).toContain("Call us: extension 12");
    expect(text).not.toMatch(/https?:|www\./);
    expect(text).not.toContain(token.id);
    const acts = await db.query<{ act: string; actor: string }>(
      "SELECT act, actor_name AS actor FROM audit_entry WHERE target_kind = 'incident' AND target_name LIKE $1 AND act LIKE 'incident.%n%t%' ORDER BY sequence",
      [`#${number} %`],
    );
    expect(acts.map(({ act }) => act)).toEqual(["incident.owners_told", "incident.notice_sent"]);
  });

  test("whose mail waited, or was held, while the clock was a year ahead is told once it is right", async () => {
    server.behave({ atRecipient: "451 Not now" });
    const { number } = await caseOf();
    await tell(number);
    await settled(number, ({ attempts }) => attempts > 0);
    await db.query(
      `UPDATE mail SET next_attempt_at = now() + interval '1 year', leased_until = now() + interval '1 year', leased_by = $1::uuid WHERE state = 'queued'`,
      [randomUUID()],
    );
    server.behave("take");
    expect((await settled(number, ({ state }) => state === "sent")).attempts).toBeGreaterThan(1);
  });

  test("who has changed since, or is nobody of the case, is refused; so is a second mail while the first waits, a closed case, and an auditor", async () => {
    const { number, userId, token } = await caseOf();
    const other = await caseOf();
    const [seen] = (await listNotices(as("responder"), number)).recipients;
    const recipient = { kind: "user" as const, id: userId, seen: seen?.seen ?? "" };
    const ask = (role: Role, change: object = {}) =>
      tellOwners(as(role), { number, note: "", recipients: [{ ...recipient, ...change }] });
    await expect(ask("auditor")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(ask("responder", { id: other.userId })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await db.query("UPDATE user_account SET email = $2 WHERE id = $1::uuid", [
      userId,
      `${randomUUID()}@acme.example`,
    ]);
    await expect(ask("responder")).rejects.toMatchObject({ code: "STALE_VERSION" });
    server.behave({ atRecipient: "451 Not now" });
    await tell(number);
    await expect(tell(number)).rejects.toMatchObject({ code: "CONFLICT" });
    await db.query("UPDATE incident SET state = 'closed', closed_at = now() WHERE number = $1::int", [
      other.number,
    ]);
    await expect(tell(other.number)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(token.userId).toBe(userId);
  });

  test("a service's tokens are its team's: told where a contact is kept of the client, and said where not", async () => {
    const fixture = fixtureOf(db);
    const clientId = await fixture.client(`batch-${randomUUID().slice(0, 8)}`);
    const token = await fixture.token({ clientId });
    const { number } = await openIncident(as("responder"), {
      title: "A leak",
      severity: "high",
      note: "",
      tokenIds: [token.id],
      subjects: [],
    });
    expect((await listNotices(as("auditor"), number)).recipients).toMatchObject([
      { kind: "client", id: clientId, whyNot: "No contact is kept of the client." },
    ]);
    await expect(tell(number)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await db.query("UPDATE client SET contact_email = 'team@acme.example' WHERE id = $1::uuid", [clientId]);
    await tell(number);
    await settled(number, ({ state }) => state === "sent");
    // one of the test before may have been on its way
    expect(server.received.filter(({ to }) => to[0] === "team@acme.example")).toHaveLength(1);
  });

  test("names from outside stay text: no header, recipient, line or link comes of them", async () => {
    const evil = "Eve\r\nBcc: all@evil.example\r\n\r\nhttps://evil.example/ \u202eevil\u0000 <script>";
    const { number, clientId } = await caseOf(evil.replace("\u0000", ""));
    await db.query("UPDATE client SET name = $2 WHERE id = $1::uuid", [
      clientId,
      "x\r\nSubject: y http://evil.example www.evil.example",
    ]);
    await db.query("UPDATE organisation SET name = $1", ["Acme\nBcc: all@evil.example"]);
    await tell(number);
    await settled(number, ({ state }) => state === "sent");
    const raw = server.received[0]?.raw ?? "";
    const head = raw.split("\r\n\r\n")[0] ?? "";
    expect(head).not.toMatch(/^bcc:/im);
    expect(head.match(/^subject:/gim)).toHaveLength(1);
    expect(server.received[0]?.to).toHaveLength(1);
    const text = textOf(raw);
    expect(text).not.toMatch(/:\/\/|www\.|\u202e/);
    expect(text).toContain("Hello Eve Bcc: all@evil.example");
    await db.query("UPDATE organisation SET name = 'Acme'");
  });
});

describe("the outbox", () => {
  test("tries again what a server does not take now, under the same Message-ID, and says why on the page meanwhile", async () => {
    server.behave({ atData: "451 Greylisted, come back" });
    const { number } = await caseOf();
    await tell(number);
    const waiting = await settled(number, ({ lastError }) => lastError !== null);
    expect(waiting).toMatchObject({ state: "queued", lastError: expect.stringContaining("451 Greylisted") });
    server.behave("take");
    const sent = await settled(number, ({ state }) => state === "sent");
    expect(sent.attempts).toBeGreaterThan(1);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.raw).toContain(`<${sent.id}@acme.example>`);
  });

  test("gives up what is refused for good or for a day, on record, and sends it again when asked", async () => {
    server.behave({ atRecipient: "550 No such person" });
    const { number } = await caseOf();
    await tell(number);
    const failed = await settled(number, ({ state }) => state === "failed");
    expect(failed.lastError).toContain("550 No such person");
    await expect(sendAgain(as("auditor"), { mailId: failed.id })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    server.behave("take");
    await sendAgain(as("responder"), { mailId: failed.id });
    await settled(number, ({ state }) => state === "sent");
    await expect(sendAgain(as("responder"), { mailId: failed.id })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    server.behave({ atData: "451 Not now" });
    const late = await caseOf();
    await tell(late.number);
    await db.query("UPDATE mail SET give_up_at = now(), next_attempt_at = now() WHERE state = 'queued'");
    expect((await settled(late.number, ({ state }) => state === "failed")).lastError).toContain("451");
  });

  test("goes on with what a killed worker held, once its lease is over, and two workers send each mail once", async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => caseOf()));
    server.behave({ atRecipient: "451 Not yet" });
    for (const { number } of cases) await tell(number);
    // as a worker leaves them that was killed; none that a worker of this test is at
    let left = 0;
    await eventually(async () => {
      const held = await db.query(
        `UPDATE mail SET leased_by = gen_random_uuid(), leased_until = now() + interval '2 seconds', next_attempt_at = now()
         WHERE state = 'queued' AND leased_by IS NULL AND attempts > 0 RETURNING id`,
      );
      left += held.length;
      return left >= 6 ? left : undefined;
    });
    server.behave("take");
    for (const { number } of cases) await settled(number, ({ state }) => state === "sent");
    const ids = server.received.map(({ raw }) => /Message-ID: <(.+)>/.exec(raw)?.[1]);
    expect(new Set(ids).size).toBe(6);
    expect(ids).toHaveLength(6);
  });

  test("commits with the act or not at all, and takes nothing in without a mail server", async () => {
    const { number } = await caseOf();
    const { recipients } = await listNotices(as("responder"), number);
    const told = recipients.map(({ kind, id, seen }) => ({ kind, id, seen }));
    const ctx = as("responder");
    // an entry that cannot be written: its actor has no name
    const broken = { ...ctx, actor: { ...ctx.actor, name: null as unknown as string } };
    await expect(tellOwners(broken, { number, note: "", recipients: told })).rejects.toThrow();
    expect((await listNotices(ctx, number)).mails).toEqual([]);
    await stopMail(as("owner"), { version: (await readMailSettings(db)).version });
    await expect(tell(number)).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await listNotices(ctx, number)).hasMailServer).toBe(false);
    const queued = { ...defaultQuery(MAILS_TABLE), filters: { state: ["queued" as const] } };
    expect((await listMails(as("auditor"), queued)).rows).toEqual([]);
  });
});

describe("the mail server's settings", () => {
  test("are an owner's, hold the version that was read, and keep a password for its own server alone", async () => {
    const { version } = await save({ username: "acme", password: PASSWORD });
    const input = saveMailSettingsInput.parse({
      version,
      host: "localhost",
      port: server.port,
      tls: "plain",
      username: "acme",
      fromAddress: "alerts@acme.example",
    });
    const keeping = { outbound, wrapper };
    await expect(saveMailSettings(as("responder"), input, keeping)).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect((await saveMailSettings(as("owner"), input, keeping)).server).toMatchObject({ hasPassword: true });
    await expect(saveMailSettings(as("owner"), input, keeping)).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    const open = createOutbound({ allow: readOutboundAllow("smtp://localhost:2525") ?? expect.fail() });
    await expect(save({ username: "acme", port: 2525 }, open)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "password" }],
    });
    open.close();
    const [dump] = await db.query<{ text: string }>(
      "SELECT (SELECT json_agg(s) FROM mail_settings s)::text || (SELECT json_agg(a) FROM audit_entry a)::text AS text",
    );
    expect(dump?.text).not.toContain(PASSWORD);
    expect(dump?.text).toContain("mail_settings.updated");
  });

  test("take no server that may not be called: nothing in the clear, and no private address", async () => {
    for (const change of [
      { port: 2525 },
      { tls: "starttls" as const, host: "127.0.0.1" },
      { tls: "tls" as const, host: "169.254.169.254" },
      { tls: "tls" as const, host: "[::1]" },
    ])
      await expect(save(change)).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "host" }] });
    for (const host of ["", "a b", "x@y", "x/y", "x:25", "smtp.example\r\nx"])
      expect(saveMailSettingsInput.shape.host.safeParse(host).success).toBe(false);
  });

  test("are tested by a mail at once, and the answer is told", async () => {
    const test = (to: string) => testMail(as("owner"), { to }, { outbound, wrapper });
    const again = () => db.query("UPDATE mail_settings SET tested_at = NULL");
    expect(await test("ana@acme.example")).toMatchObject({ isTaken: true });
    expect(server.received[0]?.to).toEqual(["ana@acme.example"]);
    await expect(test("ana@acme.example")).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
    await again();
    server.behave({ atRecipient: "550 No relay" });
    expect(await test("ana@acme.example")).toMatchObject({
      isTaken: false,
      answer: expect.stringContaining("550 No relay"),
    });
    await again();
  });
});

describe.skipIf(!HAS_OPENSSL)("a mail server behind TLS (not run without openssl)", () => {
  let certificate: TestCertificate;
  let secure: TestMailServer;
  let upgraded: TestMailServer;
  let inRange: Outbound;

  beforeAll(async () => {
    certificate = makeCertificate();
    const pair = { key: readFileSync(certificate.keyPath), cert: readFileSync(certificate.certPath) };
    const user = { name: "acme", password: PASSWORD };
    secure = await startMailServer({ ...pair, secure: true }, user);
    upgraded = await startMailServer(pair, user);
    inRange = createOutbound({ allow: readOutboundAllow("localhost") ?? expect.fail() });
  });
  afterAll(async () => {
    inRange.close();
    await Promise.all([secure.end(), upgraded.end()]);
  });

  async function tryOut(tls: "tls" | "starttls", change: Partial<SaveMailSettingsInput> = {}) {
    const port = (tls === "tls" ? secure : upgraded).port;
    await save(
      { tls, port, username: "acme", password: PASSWORD, caPem: certificate.pem, ...change },
      inRange,
    );
    await db.query("UPDATE mail_settings SET tested_at = NULL");
    return testMail(as("owner"), { to: "ana@acme.example" }, { outbound: inRange, wrapper });
  }

  test("gets user, password and mail once its certificate is good, from the first byte or after STARTTLS", async () => {
    for (const tls of ["tls", "starttls"] as const) {
      expect(await tryOut(tls)).toMatchObject({ isTaken: true });
      expect((tls === "tls" ? secure : upgraded).received.at(-1)).toMatchObject({
        isSecure: true,
        user: "acme",
      });
    }
  });

  test("gets nothing where its certificate is a stranger's, where STARTTLS is not offered, or where the password is wrong", async () => {
    for (const tls of ["tls", "starttls"] as const) {
      expect(await tryOut(tls, { caPem: null })).toMatchObject({ isTaken: false });
      expect(await tryOut(tls, { password: "wrong" })).toMatchObject({
        isTaken: false,
        answer: expect.stringContaining("535"),
      });
    }
    expect(await tryOut("starttls", { port: server.port })).toMatchObject({ isTaken: false });
    expect(server.received).toEqual([]);
  });
});
