import { randomBytes, randomUUID } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { beginEnrolment } from "./begin-enrolment.ts";
import { beginSignInEnrolment } from "./begin-sign-in-enrolment.ts";
import { changeAdminRole } from "./change-admin-role.ts";
import { compareAddress } from "./compare-address.ts";
import { createAdmin } from "./create-admin.ts";
import { createOwner } from "./create-owner.ts";
import { createOwnerFromEnv } from "./create-owner-from-env.ts";
import { createSetupLink } from "./create-setup-link.ts";
import { disableAdmin } from "./disable-admin.ts";
import { endAdminSessions } from "./end-admin-sessions.ts";
import { findSession } from "./find-session.ts";
import { inspectSetupLink } from "./inspect-setup-link.ts";
import { listAdmins } from "./list-admins.ts";
import { renewInvitation } from "./renew-invitation.ts";
import { signIn } from "./sign-in.ts";
import { signOut } from "./sign-out.ts";

const URL_BASE = "http://localhost:3000";
const PASSWORD = "correct horse battery";
const wrapper = createKeyWrapper(randomBytes(32));
const start = new Date("2026-11-21T12:00:00.000Z");
const open: Database[] = [];
let db: Database;

beforeEach(async () => {
  db = openDatabase({ ...(await testDatabase()), role: "app", maxConnections: 6, applicationName: "test" });
  open.push(db);
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.end()));
});

function at(seconds: number): Context {
  return systemContext(db, "test", new Date(start.getTime() + seconds * 1000));
}

function nobody(seconds: number, ip = "203.0.113.7"): Context {
  return { ...at(seconds), actor: { kind: "anonymous", id: "anonymous", name: "anonymous" }, ip };
}

/** Of each owner that a test made, a session that was signed in at the start: whoever acts as them is not asked again who they are. */
const sessions = new Map<string, string>();

function as(role: Role, id: string, seconds: number, sessionId = sessions.get(id) ?? ""): Context {
  return { ...at(seconds), actor: { kind: "admin", id, name: `${role}@example.com`, role, sessionId } };
}

function codeAt(totpSecret: string, seconds: number): string {
  const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) });
  return totp.generate({ timestamp: start.getTime() + seconds * 1000 });
}

function tokenOf(url: string): string {
  return new URL(url).searchParams.get("token") as string;
}

async function newSetupToken(seconds = 0): Promise<string> {
  const link = await createSetupLink(at(seconds), URL_BASE);
  return tokenOf(link?.url as string);
}

async function makeOwner(): Promise<{ adminId: string; totpSecret: string }> {
  const setupToken = await newSetupToken();
  const offer = await beginEnrolment(nobody(1), { setupToken, email: "olive@example.com" }, wrapper);
  const { adminId } = await createOwner(
    nobody(2),
    {
      setupToken,
      enrolment: offer.enrolment,
      email: "olive@example.com",
      name: "Olive",
      password: PASSWORD,
      code: codeAt(offer.totpSecret, 2),
    },
    wrapper,
  );
  const sessionId = randomUUID();
  sessions.set(adminId, sessionId);
  await db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $3::timestamptz + interval '1 hour', 1800, 'totp')`,
    [sessionId, adminId, at(2).now],
  );
  return { adminId, totpSecret: offer.totpSecret };
}

async function makeAdmin(owner: string, role: Role, seconds: number) {
  const made = await createAdmin(
    as("owner", owner, seconds),
    { email: `${role}@example.com`, name: role, role },
    URL_BASE,
  );
  const setupToken = tokenOf(made.link.url);
  const offer = await beginEnrolment(nobody(seconds), { setupToken, email: "ignored@example.com" }, wrapper);
  await acceptInvitation(
    nobody(seconds),
    { setupToken, enrolment: offer.enrolment, password: PASSWORD, code: codeAt(offer.totpSecret, seconds) },
    wrapper,
  );
  return { adminId: made.admin.id, totpSecret: offer.totpSecret };
}

async function acts(): Promise<string[]> {
  const rows = await db.query<{ act: string; outcome: string }>(
    "SELECT act, outcome FROM audit_entry ORDER BY sequence",
  );
  return rows.map((row) => `${row.act} ${row.outcome}`);
}

/** Nobody's acts are recorded any more. */
async function refuseEntries(): Promise<void> {
  const { connectionString } = db.pool.options as { connectionString: string };
  const owner = openDatabase({
    url: connectionString,
    role: "owner",
    maxConnections: 1,
    applicationName: "test",
  });
  await owner.query("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
  await owner.end();
}

describe("P1: where an entry cannot be written", () => {
  test("nobody becomes the owner, and the link is not used up", async () => {
    const setupToken = await newSetupToken();
    const offer = await beginEnrolment(nobody(1), { setupToken, email: "a@example.com" }, wrapper);
    const person = { email: "a@example.com", name: "A", password: PASSWORD };
    await refuseEntries();
    const input = { ...person, setupToken, enrolment: offer.enrolment, code: codeAt(offer.totpSecret, 2) };
    await expect(createOwner(nobody(2), input, wrapper)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await db.query("SELECT id FROM admin")).toEqual([]);
    expect(await inspectSetupLink(nobody(3), { setupToken })).toMatchObject({ kind: "owner" });
  });

  test("nobody is signed in, and the code is not used up; a wrong password is no answer either", async () => {
    const { totpSecret } = await makeOwner();
    const before = await db.query("SELECT id FROM admin_session");
    await refuseEntries();
    const input = { email: "olive@example.com", password: PASSWORD, code: codeAt(totpSecret, 60) };
    for (const given of [input, { ...input, password: "wrong" }])
      await expect(signIn(nobody(60), given, wrapper)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await db.query("SELECT id FROM admin_session")).toEqual(before);
  });
});

describe("the set-up link", () => {
  test("makes one owner, whose entry names them", async () => {
    const { adminId } = await makeOwner();
    expect(await acts()).toEqual(["setup_link.created done", "admin.created done"]);
    const [row] = await db.query("SELECT actor_id, target_id FROM audit_entry WHERE act = 'admin.created'");
    expect(row).toEqual({ actor_id: adminId, target_id: adminId });
    expect(await createSetupLink(at(10), URL_BASE)).toBeNull();
  });

  test("is refused once used, replaced, expired or made up: all alike", async () => {
    const replaced = await newSetupToken(0);
    const expired = await newSetupToken(1);
    const message = "This link was used, replaced, or is past its time. Ask for a new one.";
    for (const [setupToken, seconds] of [
      [replaced, 2],
      [expired, 3602],
      [`tws_${"0".repeat(43)}`, 2],
      ["x", 2],
    ] as const)
      await expect(inspectSetupLink(nobody(seconds), { setupToken })).rejects.toMatchObject({
        code: "GONE",
        message,
      });
    expect(await inspectSetupLink(nobody(3600), { setupToken: expired })).toMatchObject({ kind: "owner" });
  });

  test("lets one of two win that use it at the same moment", async () => {
    const setupToken = await newSetupToken();
    const offer = await beginEnrolment(nobody(1), { setupToken, email: "a@example.com" }, wrapper);
    const make = (email: string) =>
      createOwner(
        nobody(2),
        {
          setupToken,
          enrolment: offer.enrolment,
          email,
          name: "A",
          password: PASSWORD,
          code: codeAt(offer.totpSecret, 2),
        },
        wrapper,
      );
    const results = await Promise.allSettled([make("a@example.com"), make("b@example.com")]);
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await db.query("SELECT email FROM admin")).toHaveLength(1);
  });

  test("makes nobody without a proven second factor, and not with a secret of the browser's choice", async () => {
    const setupToken = await newSetupToken();
    const offer = await beginEnrolment(nobody(1), { setupToken, email: "a@example.com" }, wrapper);
    const input = { setupToken, email: "a@example.com", name: "A", password: PASSWORD };
    const other = createKeyWrapper(randomBytes(32));
    const forged = (await other.wrap(Buffer.from('{"totpSecret":"AAAA","expiresAtMs":9e15}'), "x")).toString(
      "base64url",
    );
    for (const [enrolment, code] of [
      [offer.enrolment, "000000"],
      [forged, codeAt("AAAA", 2)],
      ["", "123456"],
    ] as const)
      await expect(createOwner(nobody(2), { ...input, enrolment, code }, wrapper)).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
    expect(await db.query("SELECT id FROM admin")).toEqual([]);
  });
});

describe("signing in", () => {
  test("takes password and code, and opens a session that ends with the sign-out", async () => {
    const { adminId, totpSecret } = await makeOwner();
    const result = await signIn(
      nobody(60),
      { email: "Olive@Example.com", password: PASSWORD, code: codeAt(totpSecret, 60) },
      wrapper,
    );
    if (result.outcome !== "signed_in") throw new Error("not signed in");
    const { sessionId } = result;
    expect(await findSession(db, { sessionId, now: at(61).now })).toMatchObject({ adminId, role: "owner" });
    await signOut(as("owner", adminId, 62, sessionId));
    expect(await findSession(db, { sessionId, now: at(63).now })).toBeNull();
    expect((await acts()).slice(-2)).toEqual(["admin.signed_in done", "admin.signed_out done"]);
  });

  test("lets a code through once, also when it comes twice at the same moment", async () => {
    const { totpSecret } = await makeOwner();
    const attempt = () =>
      signIn(
        nobody(60),
        { email: "olive@example.com", password: PASSWORD, code: codeAt(totpSecret, 60) },
        wrapper,
      );
    const results = await Promise.allSettled([attempt(), attempt(), attempt()]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    await expect(attempt()).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });

  test("takes the code that enrolled for the first sign-in, once", async () => {
    const { totpSecret } = await makeOwner();
    const input = { email: "olive@example.com", password: PASSWORD, code: codeAt(totpSecret, 2) };
    await expect(signIn(nobody(3), input, wrapper)).resolves.toHaveProperty("sessionId");
    await expect(signIn(nobody(4), input, wrapper)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });

  test("refuses codes two steps away, and a wrong one", async () => {
    const { totpSecret } = await makeOwner();
    for (const code of [codeAt(totpSecret, 180), codeAt(totpSecret, 40), "12345", ""])
      await expect(
        signIn(nobody(105), { email: "olive@example.com", password: PASSWORD, code }, wrapper),
      ).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });

  test("answers the same for an unknown account, a wrong password and a disabled admin", async () => {
    const owner = await makeOwner();
    const auditor = await makeAdmin(owner.adminId, "auditor", 30);
    await disableAdmin(as("owner", owner.adminId, 40), { adminId: auditor.adminId });
    const attempts = [
      { email: "nobody@example.com", password: PASSWORD, code: "123456" },
      { email: "olive@example.com", password: "wrong horse battery", code: codeAt(owner.totpSecret, 60) },
      { email: "auditor@example.com", password: PASSWORD, code: codeAt(auditor.totpSecret, 60) },
    ];
    const answers = await Promise.all(
      attempts.map((input) => signIn(nobody(60), input, wrapper).catch((error: Error) => error.message)),
    );
    expect(new Set(answers)).toEqual(new Set(["The e-mail, the password or the code is not right."]));
    const names = await db.query<{ name: string }>(
      "SELECT target_name AS name FROM audit_entry WHERE act = 'admin.sign_in_refused'",
    );
    expect(names.map((row) => row.name)).not.toContain("nobody@example.com");
  });

  test("shuts an account after ten failures, the right password too, until the window passes", async () => {
    const { totpSecret } = await makeOwner();
    const guess = (n: number) =>
      signIn(
        nobody(60, `198.51.100.${n}`),
        { email: "olive@example.com", password: "wrong", code: "000000" },
        wrapper,
      ).catch((error) => error.code);
    const codes = await Promise.all(Array.from({ length: 14 }, (_, n) => guess(n)));
    expect(codes.filter((code) => code === "NOT_SIGNED_IN")).toHaveLength(10);
    const right = (seconds: number) =>
      signIn(
        nobody(seconds),
        { email: "olive@example.com", password: PASSWORD, code: codeAt(totpSecret, seconds) },
        wrapper,
      );
    await expect(right(90)).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
    await expect(right(901)).resolves.toMatchObject({ outcome: "signed_in" });
  });
});

test("an address that is read as another admin's is said to be, and on record; it is refused for nothing", async () => {
  const { adminId } = await makeOwner();
  const invite = (email: string) =>
    createAdmin(as("owner", adminId, 3), { email, name: "Somebody", role: "auditor" }, URL_BASE);
  expect(await invite("0live@exarnple.com")).toMatchObject({
    admin: { state: "invited" },
    looksLike: { id: adminId, email: "olive@example.com", name: "Olive" },
  });
  expect((await invite("ned.stark@example.com")).looksLike).toBeNull();
  const entries = await db.query<{ looksLike: string | null; note: string | null }>(
    `SELECT after ->> 'looksLike' AS "looksLike", note FROM audit_entry WHERE act = 'admin.invited' ORDER BY sequence`,
  );
  expect(entries).toEqual([
    { looksLike: "olive@example.com", note: "easily read as olive@example.com, Olive, who is an admin" },
    { looksLike: null, note: null },
  ]);
});

test("whoever else looks after admins is told of an invitation that reads as somebody, in the console and by mail", async () => {
  const { adminId } = await makeOwner();
  const second = await makeAdmin(adminId, "owner", 30);
  await makeAdmin(adminId, "auditor", 60);
  await db.query(
    "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
  );
  const invite = (email: string) =>
    createAdmin(as("owner", adminId, 90), { email, name: "Somebody", role: "auditor" }, URL_BASE);
  const { admin } = await invite("0live@example.com");
  await invite("ned.stark@example.com");
  const told = await db.query<{ to: string; subject: string; text: string; path: string; mail: string }>(
    `SELECT a.email AS "to", n.subject_id AS subject, n.text, n.path, m.body AS mail FROM notification n
     JOIN notification_receipt r ON r.notification_id = n.id JOIN admin a ON a.id = r.admin_id
     LEFT JOIN mail m ON m.recipient_id = a.id AND m.kind = 'notification' WHERE n.kind = 'look_alike_invited'`,
  );
  expect(told).toEqual([
    {
      to: "owner@example.com",
      subject: admin.id,
      text: expect.stringContaining("owner@example.com invited them as Auditor. olive@example.com is Olive"),
      path: `/admins/${admin.id}`,
      mail: expect.stringContaining("they may be imitated"),
    },
  ]);
  expect(second.adminId).toBeTruthy();
});

test("an address is compared before anybody is invited under it, by who may see admins alone", async () => {
  const { adminId } = await makeOwner();
  const compare = (email: string) => compareAddress(as("owner", adminId, 3), { email });
  expect(await compare("0live@example.com")).toEqual({
    isTaken: false,
    looksLike: { id: adminId, email: "olive@example.com", name: "Olive" },
  });
  expect(await compare("olive@example.com")).toEqual({ isTaken: true, looksLike: null });
  expect(await compare("ned@example.com")).toEqual({ isTaken: false, looksLike: null });
  await expect(
    compareAddress(as("auditor", adminId, 3), { email: "0live@example.com" }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("strangers who guess at a password shut strangers out, and not whoever comes from a place that they signed in from", async () => {
  const { totpSecret } = await makeOwner();
  const at = (seconds: number, from: string, password = PASSWORD) =>
    signIn(
      nobody(seconds, from),
      { email: "olive@example.com", password, code: codeAt(totpSecret, seconds) },
      wrapper,
    );
  const HOME = "2001:db8:7::5";
  await at(60, HOME);
  const guesses = (count: number, from: (n: number) => string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) => at(90, from(n), "wrong").catch((error) => error.code)),
    );
  await guesses(14, (n) => `198.51.100.${n}`);
  await expect(at(120, "203.0.113.9")).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  // another machine of the same line
  await expect(at(120, "2001:db8:7::77")).resolves.toMatchObject({ outcome: "signed_in" });
  // a place has no more tries than a stranger, and locks nobody else
  const codes = await guesses(12, () => HOME);
  expect(codes.filter((code) => code === "NOT_SIGNED_IN")).toHaveLength(10);
  await expect(at(150, HOME)).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  await expect(at(150, "203.0.113.9")).resolves.toMatchObject({ outcome: "signed_in" });
});

describe("the owner from the environment", () => {
  const given = { email: "Root@Example.com", password: PASSWORD };

  test("enrols the second factor at the first sign-in and needs it from then on", async () => {
    await createOwnerFromEnv(at(0), given);
    expect(await createOwnerFromEnv(at(1), given)).toBeNull();
    const input = { email: "root@example.com", password: PASSWORD };
    expect(await signIn(nobody(2), { ...input, code: "123456" }, wrapper)).toEqual({
      outcome: "enrolment_required",
    });
    await expect(
      beginSignInEnrolment(nobody(3), { ...input, password: "wrong" }, wrapper),
    ).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
    const offer = await beginSignInEnrolment(nobody(3), input, wrapper);
    const code = codeAt(offer.totpSecret, 4);
    expect(await signIn(nobody(4), { ...input, code, enrolment: offer.enrolment }, wrapper)).toMatchObject({
      outcome: "signed_in",
    });
    await expect(beginSignInEnrolment(nobody(5), input, wrapper)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(
      signIn(nobody(5), { ...input, code, enrolment: offer.enrolment }, wrapper),
    ).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });
});

describe("sessions", () => {
  async function session() {
    const owner = await makeOwner();
    const auditor = await makeAdmin(owner.adminId, "auditor", 30);
    const result = await signIn(
      nobody(90),
      { email: "auditor@example.com", password: PASSWORD, code: codeAt(auditor.totpSecret, 90) },
      wrapper,
    );
    if (result.outcome !== "signed_in") throw new Error("not signed in");
    const lives = async (seconds: number) =>
      (await findSession(db, { sessionId: result.sessionId, now: at(seconds).now })) !== null;
    return { owner: owner.adminId, auditor: auditor.adminId, lives };
  }

  test("end when idle, and at their absolute limit however busy", async () => {
    const { lives } = await session();
    expect(await lives(90 + 1799)).toBe(true);
    expect(await lives(90 + 1799 + 1801)).toBe(false);
    for (let seconds = 90; seconds < 90 + 36_000; seconds += 1700) await lives(seconds);
    expect(await lives(90 + 36_001)).toBe(false);
  });

  test.each([
    ["the admin is disabled", (owner: Context, adminId: string) => disableAdmin(owner, { adminId })],
    [
      "the role changes",
      (owner: Context, adminId: string) => changeAdminRole(owner, { adminId, role: "governor" }),
    ],
    ["an owner ends them", (owner: Context, adminId: string) => endAdminSessions(owner, { adminId })],
    [
      "the enrolment is reset",
      (owner: Context, adminId: string) => renewInvitation(owner, { adminId }, URL_BASE),
    ],
  ])("are over at once when %s", async (_, act) => {
    const { owner, auditor, lives } = await session();
    expect(await lives(100)).toBe(true);
    await act(as("owner", owner, 101), auditor);
    expect(await lives(101)).toBe(false);
  });
});

describe("admins", () => {
  test("are managed by owners alone", async () => {
    const { adminId } = await makeOwner();
    for (const role of ["responder", "governor", "auditor"] as const) {
      const ctx = as(role, "01a20000-0000-7000-8000-000000000001", 50);
      await expect(listAdmins(ctx)).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(
        createAdmin(ctx, { email: "x@example.com", name: "X", role: "owner" }, URL_BASE),
      ).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(disableAdmin(ctx, { adminId })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(endAdminSessions(ctx, { adminId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
  });

  test("never lose their last owner, and nobody disables or promotes themself", async () => {
    const { adminId } = await makeOwner();
    const machine = at(50);
    await expect(disableAdmin(machine, { adminId })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(changeAdminRole(machine, { adminId, role: "auditor" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(disableAdmin(as("owner", adminId, 50), { adminId })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(
      changeAdminRole(as("owner", adminId, 50), { adminId, role: "auditor" }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await listAdmins(as("owner", adminId, 51))).toMatchObject([{ state: "active", role: "owner" }]);
  });

  test("keep no secret in the audit log", async () => {
    const owner = await makeOwner();
    await makeAdmin(owner.adminId, "governor", 30);
    const text = JSON.stringify(await db.query("SELECT before, after, note, target_name FROM audit_entry"));
    for (const secret of [PASSWORD, owner.totpSecret, "tws_", "$argon2"])
      expect(text.includes(secret)).toBe(false);
  });
});
