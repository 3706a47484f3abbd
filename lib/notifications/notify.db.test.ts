import { expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { listNotifications } from "./list-notifications.ts";
import { MAILS_PER_HOUR } from "./model.ts";
import { type Notice, notify } from "./notify.ts";
import { tellHeldMails } from "./tell-held-mails.ts";

const world = testContexts();

async function admin(role: Role, change: { disabled?: boolean; invited?: boolean } = {}): Promise<string> {
  const id = uuidv7(new Date());
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at, disabled_at)
     VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, now(), $6::timestamptz)`,
    [
      id,
      `${role}-${id.slice(-6)}@example.com`,
      `The ${role}`,
      role,
      change.invited ? null : "x",
      change.disabled ? TEST_START : null,
    ],
  );
  return id;
}

async function withMailServer(): Promise<void> {
  await world.db.query(
    "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
  );
}

const notice = (change: Partial<Notice> = {}): Notice => ({
  kind: "detection_critical",
  key: "detection 1",
  title: "Forged token",
  text: "A token was presented that nobody issued.",
  path: "/detections/1",
  subject: { kind: "detection", id: "1", name: "Forged token" },
  ...change,
});

const tell = (change: Partial<Notice> = {}, ctx: Context = systemContext(world.db, "detector", TEST_START)) =>
  ctx.db.transaction((tx) => notify(tx, ctx, notice(change)));

async function readersOf(id: string | null): Promise<string[]> {
  const rows = await world.db.query<{ id: string }>(
    "SELECT admin_id AS id FROM notification_receipt WHERE notification_id = $1::uuid",
    [id],
  );
  return rows.map((row) => row.id).sort();
}

async function mails() {
  return world.db.query<{ to: string; subject: string; body: string; id: string }>(
    `SELECT to_address AS "to", subject, body, recipient_id AS id FROM mail WHERE kind = 'notification' ORDER BY created_at, id`,
  );
}

test("tells who may see it and is there, and nobody else", async () => {
  const [owner, governor, auditor] = [await admin("owner"), await admin("governor"), await admin("auditor")];
  await admin("owner", { disabled: true });
  await admin("owner", { invited: true });
  expect(await readersOf(await tell())).toEqual([owner, governor, auditor].sort());
  expect(
    await readersOf(await tell({ kind: "api_token_expiring", key: "t" })),
    "a governor and an auditor may not see API tokens",
  ).toEqual([owner]);
  expect(await readersOf(await tell({ key: "n", needs: "admin:write" })), "what the caller asks for").toEqual(
    [owner],
  );
});

test("tells those that are named, never who did it, and never one who may not see it", async () => {
  const [owner, auditor] = [await admin("owner"), await admin("auditor")];
  expect(await readersOf(await tell({ key: "a", to: [auditor] }))).toEqual([auditor]);
  expect(await readersOf(await tell({ key: "b", except: [owner, "worker"] }))).toEqual([auditor]);
  expect(await readersOf(await tell({ key: "c", kind: "api_token_expiring", to: [auditor] }))).toEqual([]);
});

test("two workers at once tell once, and each reader has it once", async () => {
  const owner = await admin("owner");
  await withMailServer();
  const told = await Promise.all([tell(), tell(), tell()]);
  expect(told.filter((id) => id !== null)).toHaveLength(1);
  expect(await tell()).toBeNull();
  expect(await readersOf(told.find((id) => id !== null) ?? null)).toEqual([owner]);
  expect(await mails()).toHaveLength(1);
});

test("is not told where the act does not commit", async () => {
  await admin("owner");
  await withMailServer();
  const ctx = systemContext(world.db, "detector", TEST_START);
  await expect(
    ctx.db.transaction(async (tx) => {
      await notify(tx, ctx, notice());
      throw new Error("the act failed");
    }),
  ).rejects.toThrow("the act failed");
  expect(await world.db.query("SELECT id FROM notification")).toEqual([]);
  expect(await mails()).toEqual([]);
});

test("takes the channels that each chose, then the organisation's, but for what cannot be turned off", async () => {
  const [owner, auditor] = [await admin("owner"), await admin("auditor")];
  await withMailServer();
  const choose = (id: string, kind: string, channel: string, isOn: boolean) =>
    world.db.query("INSERT INTO notification_choice VALUES ($1::uuid, $2::text, $3::text, $4::boolean)", [
      id,
      kind,
      channel,
      isOn,
    ]);
  await choose(auditor, "detection_critical", "console", false);
  await choose(auditor, "detection_medium", "mail", true);
  await choose(owner, "break_glass_used", "console", false);
  await choose(owner, "break_glass_used", "mail", false);
  await world.db.query(
    `UPDATE notification_settings SET defaults = '{"detection_critical": {"mail": false}, "detection_low": {"console": true}}'`,
  );
  expect(await readersOf(await tell()), "the auditor wants it by mail alone").toEqual([owner]);
  expect(await mails(), "the organisation has turned mail off").toEqual([]);
  await tell({ kind: "detection_medium", key: "m" });
  expect((await mails()).map(({ id }) => id)).toEqual([auditor]);
  expect(await readersOf(await tell({ kind: "detection_low", key: "l" }))).toEqual([owner, auditor].sort());
  expect(await readersOf(await tell({ kind: "break_glass_used", key: "g" }))).toEqual([owner]);
  expect((await mails()).map(({ id }) => id).sort()).toEqual([auditor, owner].sort());
});

test("hostile text stays one line of text: no header, no link but ours, no control character", async () => {
  await admin("owner");
  await withMailServer();
  const evil =
    "<img src=x onerror=alert(1)>\r\nBcc: all@example.com\u202E https://evil.example/pay \u0000 www.evil.example";
  await tell({ title: evil, text: evil, subject: { kind: "client", id: "1", name: evil } });
  const [row] = await world.db.query<{ title: string; text: string; name: string }>(
    "SELECT title, text, subject_name AS name FROM notification",
  );
  for (const text of Object.values(row ?? {})) expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  const [mail] = await mails();
  expect(mail?.subject).not.toMatch(/[\r\n]/);
  expect(mail?.body).toContain("<img src=x onerror=alert(1)> Bcc: all@example.com");
  expect(mail?.body.match(/https?:\/\/\S+/g)).toEqual([
    expect.stringMatching(/^http:\/\/.*\/detections\/1$/),
  ]);
  expect(mail?.body).not.toContain("www.evil");
});

test("a flood ends in the console: so many mails an hour, the last of which says so", async () => {
  await admin("owner");
  await withMailServer();
  for (let nth = 0; nth < MAILS_PER_HOUR + 5; nth += 1) await tell({ key: `flood ${nth}` });
  const sent = await mails();
  expect(sent).toHaveLength(MAILS_PER_HOUR);
  expect(sent.filter(({ body }) => body.includes("in the console alone"))).toHaveLength(1);
  expect(await world.db.query("SELECT id FROM notification")).toHaveLength(MAILS_PER_HOUR + 5);
});

test("a flood of detections leaves approvals their mails, and what it held back is told by one mail an hour later", async () => {
  const owner = await admin("owner");
  await withMailServer();
  for (let nth = 0; nth < MAILS_PER_HOUR + 7; nth += 1)
    await tell({ kind: nth % 2 === 0 ? "detection_high" : "detection_critical", key: `flood ${nth}` });
  await tell({ kind: "approval_waiting", key: "approval", title: "Ana asks for a second person" });
  const sent = await mails();
  expect(sent).toHaveLength(MAILS_PER_HOUR + 1);
  expect(sent.at(-1)?.subject).toContain("Ana asks for a second person");
  const later = (minutes: number) => new Date(TEST_START.getTime() + minutes * 60_000);
  await tellHeldMails(world.db, later(59));
  expect(await mails()).toHaveLength(sent.length);
  // two workers at once
  await Promise.all([tellHeldMails(world.db, later(61)), tellHeldMails(world.db, later(61))]);
  const [digest, ...others] = (await mails()).slice(sent.length);
  expect(others).toEqual([]);
  expect(digest).toMatchObject({ id: owner, subject: expect.stringContaining("7 more about detections") });
});

test("what goes on stands for what was told of it before: one line, read before and not read now", async () => {
  const owner = await admin("owner");
  const ctx = {
    ...world.as("owner"),
    actor: { kind: "admin", id: owner, name: "O", role: "owner", sessionId: "" },
  } as Context;
  const seconds = (after: number) =>
    systemContext(world.db, "detector", new Date(TEST_START.getTime() + after * 1_000));
  await tell({ key: "order 3", thread: "order", title: "3 tokens" }, seconds(0));
  await tell({ key: "other" }, seconds(1));
  await tell({ key: "order 68", thread: "order", title: "68 tokens" }, seconds(2));
  const { rows, unread } = await listNotifications(ctx);
  expect(rows.map(({ title }) => title)).toEqual(["68 tokens", "Forged token"]);
  expect(unread).toBe(2);
});

test("no flood silences what nobody can turn off: it has its mail beyond the hour's, and the outbox's kept places", async () => {
  const owner = await admin("owner");
  await withMailServer();
  for (let nth = 0; nth < MAILS_PER_HOUR; nth += 1) await tell({ key: `flood ${nth}` });
  await world.db.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, next_attempt_at, give_up_at, created_at, created_by_name)
     SELECT gen_random_uuid(), n || '@example.com', 'leak_notice', 'a@example.com', 's', 'b', 'user', gen_random_uuid(), 'A', now(), now(), now(), 'O' FROM generate_series(1, 800) n`,
  );
  const before = (await mails()).length;
  await tell({ key: "told in the console alone" });
  expect(await mails()).toHaveLength(before);
  for (const key of ["alarm 1", "alarm 2"]) await tell({ kind: "break_glass_used", key, title: "Alarm" });
  const alarms = (await mails()).filter(({ subject }) => subject.includes("Alarm"));
  expect(alarms.map(({ id }) => id)).toEqual([owner, owner]);
  expect(alarms.filter(({ body }) => body.includes("in the console alone"))).toEqual([]);
});

test("no mail server, an outbox that is full or an address that is none never refuse the act", async () => {
  const owner = await admin("owner");
  expect(await readersOf(await tell({ key: "no server" }))).toEqual([owner]);
  await withMailServer();
  await world.db.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, next_attempt_at, give_up_at, created_at, created_by_name)
     SELECT gen_random_uuid(), n || '@example.com', 'leak_notice', 'a@example.com', 's', 'b', 'user', gen_random_uuid(), 'A', now(), now(), now(), 'O' FROM generate_series(1, 800) n`,
  );
  expect(await readersOf(await tell({ key: "full" }))).toEqual([owner]);
  await world.db.query("DELETE FROM mail").catch(() => world.asOwner("DELETE FROM mail"));
  await world.db.query("UPDATE admin SET email = 'häns@example.com'");
  expect(await readersOf(await tell({ key: "no address" }))).toEqual([owner]);
  expect(await mails()).toEqual([]);
});

test("the webhook has what it is to send, and nothing that is one person's alone", async () => {
  const owner = await admin("owner");
  const due = async (key: string) =>
    (
      await world.db.query(
        "SELECT id FROM notification WHERE key = $1::text AND webhook_due_at IS NOT NULL",
        [key],
      )
    ).length;
  await tell({ key: "before" });
  await world.db.query(
    "UPDATE notification_webhook SET url = 'https://hooks.example.com', secret_wrapped = 'x', kinds = '{detection_critical,sign_in_new_place}'",
  );
  await tell({ key: "wanted" });
  await tell({ key: "other", kind: "detection_low" });
  await tell({ key: "own", kind: "sign_in_new_place", to: [owner] });
  await tell({ key: "copied", kind: "passkey_cloned" });
  expect(await due("copied"), "whatever was chosen").toBe(1);
  expect([await due("before"), await due("wanted"), await due("other"), await due("own")]).toEqual([
    0, 1, 0, 0,
  ]);
});

test("what somebody was told cannot be changed or taken away by the application", async () => {
  await admin("owner");
  await tell();
  await expect(world.db.query("UPDATE notification SET title = 'nothing'")).rejects.toThrow(
    /permission denied/,
  );
  await expect(world.db.query("DELETE FROM notification")).rejects.toThrow(/permission denied/);
  await expect(world.db.query("DELETE FROM notification_receipt")).rejects.toThrow(/permission denied/);
});
