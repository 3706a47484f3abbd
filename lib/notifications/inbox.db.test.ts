import { expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { openSqlDatabase } from "../db/sql-database.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { newsOf } from "../live/model.ts";
import { readPulse } from "../live/read-pulse.ts";
import { getOwnChoices, saveOwnChoices } from "./choices.ts";
import { countUnread, listNotifications } from "./list-notifications.ts";
import { markNotifications } from "./mark-notifications.ts";
import { KEPT_DAYS, NOTIFICATION_KINDS } from "./model.ts";
import { getNotificationDefaults, saveNotificationDefaults } from "./notification-settings.ts";
import { notify } from "./notify.ts";
import { purgeNotifications } from "./purge-notifications.ts";

const world = testContexts();

/** A context of an admin who is there. */
async function admin(role: Role): Promise<Context & { actor: { id: string } }> {
  const id = uuidv7(new Date());
  const email = `${role}-${id.slice(-6)}@example.com`;
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, $2::text, $2::text, $3::text, 'x', now())`,
    [id, email, role],
  );
  return {
    ...systemContext(world.db, "test", TEST_START),
    actor: { kind: "admin", id, name: email, role, sessionId: "" },
  };
}

let nth = 0;
function tell(change: Partial<Parameters<typeof notify>[2]> = {}, at = TEST_START): Promise<string | null> {
  nth += 1;
  const ctx = systemContext(world.db, "detector", at);
  return world.db.transaction((tx) =>
    notify(tx, ctx, {
      kind: "detection_critical",
      key: `test ${nth}`,
      title: `Forged token ${nth}`,
      text: "Nobody issued it.",
      path: "/detections",
      subject: { kind: "detection", id: String(nth), name: "Forged token" },
      ...change,
    }),
  );
}

test("lists one's own, the newest first and page by page, with how many are unread", async () => {
  const [owner, other] = [await admin("owner"), await admin("responder")];
  const told: (string | null)[] = [];
  for (let count = 0; count < 5; count += 1)
    told.push(await tell({}, new Date(TEST_START.getTime() + count * 1000)));
  await tell({ to: [other.actor.id] }, new Date(TEST_START.getTime() + 9_000));
  const first = await listNotifications(owner, { size: 3 });
  expect(first.rows.map(({ id }) => id)).toEqual(told.slice(2).reverse());
  expect(first.unread).toBe(5);
  const second = await listNotifications(owner, { size: 3, before: first.next ?? expect.fail() });
  expect(second.rows.map(({ id }) => id)).toEqual(told.slice(0, 2).reverse());
  expect(second.next).toBeNull();
  expect((await listNotifications(other)).rows).toHaveLength(6);
});

test("marking touches one's own alone, both ways, and all up to what was seen", async () => {
  const [owner, other] = [await admin("owner"), await admin("owner")];
  // told one after the other: ids of one millisecond have no order
  const [a, b] = [
    (await tell()) ?? expect.fail(),
    (await tell({}, new Date(Date.now() + 1_000))) ?? expect.fail(),
  ];
  expect(await markNotifications(owner, { ids: [a], upTo: undefined, isRead: true })).toEqual({ unread: 1 });
  expect(await countUnread(other), "the other one's are as they were").toBe(2);
  expect((await listNotifications(owner, { unread: "true" })).rows.map(({ id }) => id)).toEqual([b]);
  expect(await markNotifications(owner, { ids: [a], upTo: undefined, isRead: false })).toEqual({ unread: 2 });
  const later = await tell({}, new Date(Date.now() + 60_000));
  expect(await markNotifications(owner, { ids: undefined, upTo: b, isRead: true })).toEqual({ unread: 1 });
  expect((await listNotifications(owner, { unread: "true" })).rows.map(({ id }) => id)).toEqual([later]);
});

test("who lost the role for it does not see it any more", async () => {
  const owner = await admin("owner");
  await tell({ kind: "api_token_expiring" });
  expect((await listNotifications(owner)).rows).toHaveLength(1);
  const auditor: Context = { ...owner, actor: { ...owner.actor, role: "auditor" } as Context["actor"] };
  expect(await listNotifications(auditor)).toEqual({ rows: [], next: null, unread: 0 });
});

test("is a person's own: API tokens and nobody have none", async () => {
  await expect(listNotifications(world.as("owner"))).rejects.toMatchObject({ code: "CONFLICT" });
  const nobody: Context = {
    ...world.as("owner"),
    actor: { kind: "anonymous", id: "anonymous", name: "anonymous" },
  };
  for (const act of [
    () => listNotifications(nobody),
    () => markNotifications(nobody, { ids: [], upTo: undefined, isRead: true }),
    () => getOwnChoices(nobody),
    () => saveOwnChoices(nobody, { choices: {} }),
  ])
    await expect(act()).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
});

test("news for the pulse: being told, and having read", async () => {
  const owner = await admin("owner");
  const newsOfAct = async (act: () => Promise<unknown>) => {
    const before = await readPulse(world.db);
    await act();
    return newsOf(before, await readPulse(world.db));
  };
  expect(await newsOfAct(() => tell())).toBe("urgent");
  const [row] = (await listNotifications(owner)).rows;
  const mark = () => markNotifications(owner, { ids: [row?.id ?? ""], upTo: undefined, isRead: true });
  expect(await newsOfAct(mark)).toBe("urgent");
  expect(await newsOfAct(mark), "it was read already").toBeNull();
});

test("choices are one's own, on record, and what cannot be turned off stays on", async () => {
  const [owner, auditor] = [await admin("owner"), await admin("auditor")];
  const saved = await saveOwnChoices(owner, {
    choices: {
      detection_high: { mail: false },
      break_glass_used: { console: false, mail: false },
      sign_in_new_place: { console: false },
    },
  });
  const rowOf = (rows: typeof saved.rows, kind: string) => rows.find((row) => row.kind === kind);
  expect(rowOf(saved.rows, "detection_high")?.channels).toEqual({
    console: { isOn: true, isOwn: false },
    mail: { isOn: false, isOwn: true },
  });
  for (const kind of ["break_glass_used", "sign_in_new_place"])
    expect(rowOf(saved.rows, kind)).toMatchObject({ isAlways: true, channels: { console: { isOn: true } } });
  expect(await world.lastEntry()).toMatchObject({
    act: "notification_choices.updated",
    before: { "detection_high by mail": "as it comes" },
    after: { "detection_high by mail": "off" },
  });
  const entries = await world.countEntries();
  await saveOwnChoices(owner, { choices: { detection_high: { mail: false } } });
  expect(await world.countEntries(), "nothing changed").toBe(entries);
  expect(rowOf((await getOwnChoices(auditor)).rows, "detection_high")?.channels.mail.isOn).toBe(true);
  expect(
    (await getOwnChoices(auditor)).rows.map(({ kind }) => kind),
    "what an auditor may not see is no choice of theirs",
  ).not.toContain("api_token_expiring");
  await saveOwnChoices(owner, { choices: {} });
  expect(rowOf((await getOwnChoices(owner)).rows, "detection_high")?.channels.mail).toEqual({
    isOn: true,
    isOwn: false,
  });
});

test("owners set the defaults, on record and by version; others are refused", async () => {
  const [owner, auditor] = [await admin("owner"), await admin("auditor")];
  const { version } = await getNotificationDefaults(auditor);
  const defaults = { detection_low: { console: true } };
  await expect(saveNotificationDefaults(auditor, { version, defaults })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(saveNotificationDefaults(owner, { version, defaults })).rejects.toMatchObject({
    code: "STEP_UP_REQUIRED",
    kind: "streams",
  });
  await saveNotificationDefaults(world.as("owner"), { version, defaults });
  expect(await world.lastEntry()).toMatchObject({
    act: "notification_settings.updated",
    after: { "detection_low by console": "on" },
  });
  await expect(saveNotificationDefaults(world.as("owner"), { version, defaults: {} })).rejects.toMatchObject({
    code: "STALE_VERSION",
  });
  const row = (await getOwnChoices(auditor)).rows.find(({ kind }) => kind === "detection_low");
  expect(row?.channels.console).toEqual({ isOn: true, isOwn: false });
});

test("what is older than it is kept leaves, with who has read it, and nothing else", async () => {
  const owner = await admin("owner");
  const old = new Date(TEST_START.getTime() - (KEPT_DAYS * 24 + 1) * 3_600_000);
  await tell({}, old);
  const kept = await tell({}, TEST_START);
  const retention = openSqlDatabase({
    url: (world.db.pool.options as { connectionString: string }).connectionString,
    role: "retention",
    maxConnections: 1,
    applicationName: "test",
  });
  expect(await purgeNotifications(retention, TEST_START).finally(() => retention.end())).toBe(1);
  expect((await listNotifications(owner)).rows.map(({ id }) => id)).toEqual([kept]);
  expect(await world.db.query("SELECT admin_id FROM notification_receipt")).toHaveLength(1);
});

test("an owner may be told of every kind", async () => {
  const owner = await admin("owner");
  expect((await getOwnChoices(owner)).rows.map(({ kind }) => kind)).toEqual([...NOTIFICATION_KINDS]);
});
