import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { createAdmin } from "../admins/create-admin.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { createTokenOnMachine } from "../api-tokens/create-on-machine.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { parseListQuery } from "../list-query/parse-list-query.ts";
import { getOrganisation } from "../organisation/get-organisation.ts";
import { changeRetention } from "../retention/change-retention.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import type { StoredRequest } from "./approval-row.ts";
import { approve } from "./approve.ts";
import { askForApproval, findOpen, type GuardedRequest } from "./ask-approval.ts";
import { breakGlass } from "./break-glass.ts";
import { changePolicy } from "./change-policy.ts";
import { countOpen } from "./count-open.ts";
import { decline } from "./decline.ts";
import { getApproval } from "./get-approval.ts";
import { listApprovals } from "./list-approvals.ts";
import type { PolicyKind, RunBy } from "./model.ts";
import { readPolicy } from "./read-policy.ts";
import { reviewBreakGlass } from "./review-break-glass.ts";
import { runApproved } from "./run-approved.ts";
import { approvalsTable } from "./table.ts";
import { withdraw } from "./withdraw.ts";

const world = testContexts();
const { makeAdmin, openSession } = sessionFixture(() => world.db, Date.now());
type Session = (seconds: number) => Context;
const HOUR = 3600;

let asker: Session;
let other: Session;
let askerId: string;
let otherId: string;

async function person(role: Role = "owner") {
  const admin = await makeAdmin(role);
  return { id: admin.id, at: await openSession(admin, 0) };
}

/** What a second person has shown for one very act. */
async function prove(ctx: Context, subject: string): Promise<void> {
  if (ctx.actor.kind !== "admin") throw new Error("only a person proves");
  await world.db.query(
    `INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, $3::timestamptz, 'totp')
     ON CONFLICT (session_id, subject) DO UPDATE SET proven_at = excluded.proven_at`,
    [ctx.actor.sessionId, subject, ctx.now],
  );
}

/** Four eyes on, for some kinds. */
async function turnOn(kinds: PolicyKind[] = ["retention"], bulkTokens = 1000) {
  const { version } = await readPolicy(world.db);
  return changePolicy(asker(1), { version, kinds, bulkTokens });
}

type Run = (ctx: Context, request: StoredRequest) => Promise<unknown>;
const digestOf = (text: string) => createHash("sha256").update(text).digest();

function guardedBy(
  run: Run,
  { body = {} as unknown, runBy = "approver" as RunBy, name = "act" } = {},
): GuardedRequest {
  const request = { params: {}, query: "", body };
  return {
    summary: "Does something",
    method: "POST",
    path: "/api/v1/x",
    permission: null,
    request,
    digest: digestOf(`${name} ${JSON.stringify(body)}`),
    runBy,
    act: (ctx) => run(ctx, request),
  };
}

/** Keeps expired tokens for another time. */
const keepFor: Run = async (ctx, { body }) => {
  const { days } = body as { days: number };
  const { version } = await getOrganisation(systemContext(world.db, "test"));
  return changeRetention(ctx, { version, expiredTokenDays: days, leaving: [] });
};
const keep = (days: number) => guardedBy(keepFor, { body: { days } });

const ask = (ctx: Context, guarded = keep(200)) =>
  askForApproval(ctx, guarded, { kind: "retention", reason: "Costs too much" });
const runStored =
  (run: Run) =>
  (ctx: Context, { request }: { request: StoredRequest }) =>
    run(ctx, request);

async function approveAs(ctx: Context, id: string, run: Run = keepFor) {
  await prove(ctx, id);
  return approve(ctx, { id, note: "agreed" }, runStored(run));
}

const keptDays = async () =>
  (await world.db.query<{ days: number }>("SELECT expired_token_days AS days FROM organisation"))[0]?.days;
const acts = async (count: number) =>
  (
    await world.db.query<{ act: string; actorName: string; after: Record<string, unknown> | null }>(
      `SELECT act, actor_name AS "actorName", after FROM audit_entry ORDER BY sequence DESC LIMIT $1::int`,
      [count],
    )
  ).reverse();

beforeEach(async () => {
  const [one, two] = [await person(), await person()];
  asker = one.at;
  other = two.at;
  askerId = one.id;
  otherId = two.id;
});

describe("four eyes", () => {
  test("is off while nothing is chosen, and while there are not two owners who can sign in", async () => {
    await keepFor(asker(1), { params: {}, query: "", body: { days: 201 } });
    expect(await turnOn()).toMatchObject({ isOn: true, owners: 2 });
    await expect(keep(202).act(asker(2))).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "retention",
    });
    await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [otherId]);
    await keep(202).act(asker(2));
    expect(await keptDays()).toBe(202);
  });

  test("on for one kind, holds for who may make a person, a credential or no policy, and for no other", async () => {
    await turnOn(["keys"]);
    await expect(
      createAdmin(asker(2), { email: "n@example.com", name: "N", role: "owner" }, "http://localhost"),
    ).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "roles" });
    await expect(createApiToken(asker(2), { name: "t", role: "owner" })).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "api-tokens",
    });
    await expect(turnOn([])).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "policy" });
    await expect(changeAdminRole(asker(2), { adminId: otherId, role: "auditor" })).rejects.toMatchObject({
      kind: "roles",
    });
    await expect(disableAdmin(asker(2), { adminId: otherId })).rejects.toMatchObject({ kind: "roles" });
    await keep(203).act(asker(2));
    const responder = await person("responder");
    await expect(disableAdmin(asker(2), { adminId: responder.id })).resolves.toMatchObject({
      state: "disabled",
    });
  });
});

describe("what is asked for", () => {
  test("is shown as it would be recorded, changes nothing, and is done once it is approved, as who asked", async () => {
    await turnOn();
    const before = await keptDays();
    const { id } = await ask(asker(2));
    expect(await keptDays()).toBe(before);
    const seen = await getApproval(other(3), { id });
    expect(seen).toMatchObject({
      state: "pending",
      reason: "Costs too much",
      may: { decide: true, withdraw: false },
    });
    expect(seen.shown.acts).toMatchObject([
      { act: "organisation.updated", after: { expiredTokenDays: 200 } },
    ]);
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done", decidedBy: other(0).actor.name });
    expect(await keptDays()).toBe(200);
    const [, done, approved] = await acts(3);
    expect(done).toMatchObject({
      act: "organisation.updated",
      actorName: asker(0).actor.name,
      after: { approval: id, approvedBy: other(0).actor.name },
    });
    expect(approved).toMatchObject({ act: "approval.approved", actorName: other(0).actor.name });
  });

  test("is answered again where the very same waits, and is limited", async () => {
    await turnOn();
    const [one, two] = await Promise.all([ask(asker(2)), ask(asker(2))]);
    expect(two.id).toBe(one.id);
    for (let n = 1; n < 50; n += 1) await ask(asker(2), keep(200 + n));
    await expect(ask(asker(2), keep(300))).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  });

  test("that the act itself refuses is not asked for", async () => {
    await turnOn();
    const auditor = (await person("auditor")).at;
    await expect(ask(auditor(2))).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { rows } = await listApprovals(asker(2), parseListQuery(approvalsTable, {}).query);
    expect(rows).toEqual([]);
  });
});

describe("nobody else decides than", () => {
  test("another person who holds the act's own permission: not who asked, no API token, no other role", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const governor = (await person("governor")).at;
    const tries: [string, Context][] = [
      ["who asked", asker(3)],
      ["an API token", world.as("owner")],
      ["an API token of who asked", ownToken()],
      ["a role without the act", governor(3)],
      ["an auditor", (await person("auditor")).at(3)],
    ];
    for (const [who, ctx] of tries) {
      if (ctx.actor.kind === "admin") await prove(ctx, id);
      await expect(approve(ctx, { id, note: "" }, runStored(keepFor)), who).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
      await expect(decline(ctx, { id, note: "" }), who).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect((await getApproval(asker(3), { id })).state).toBe("pending");
    expect(await countOpen(asker(3))).toMatchObject({ toDecide: 0 });
    expect(await countOpen(other(3))).toMatchObject({ toDecide: 1 });
  });

  test("the creator of an API token does not decide on what it asked for", async () => {
    await turnOn();
    const { id } = await ask(ownToken());
    await prove(asker(3), id);
    await expect(approve(asker(3), { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await world.db.query(
      `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_by_id, is_unattended, created_at)
       VALUES ($1::uuid, 'ci', 'owner', '\\x00', 'abcd', 'x', $2::uuid, true, now())`,
      [ownToken().actor.id, askerId],
    );
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done" });
  });

  test("who shows again, for this very approval, who they are", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const refused = () =>
      expect(approve(other(3), { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({
        code: "STEP_UP_REQUIRED",
        kind: "approvals",
        subject: id,
      });
    await refused();
    await prove(other(3), crypto.randomUUID());
    await refused();
    await prove(other(3 - 301), id);
    await refused();
    await approveAs(other(3), id);
    expect(await world.db.query("SELECT 1 FROM admin_proof WHERE subject = $1::text", [id])).toEqual([]);
  });

  const tokenId = crypto.randomUUID();
  function ownToken(): Context {
    const actor = {
      kind: "api_token",
      id: tokenId,
      name: "ci",
      role: "owner",
      isUnattended: true,
      personId: askerId,
    } as const;
    return { ...asker(2), actor };
  }
});

describe("it ends", () => {
  test("after four hours, to the second", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const over = other(2 + 4 * HOUR);
    await prove(over, id);
    await expect(approve(over, { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({ code: "GONE" });
    await expect(decline(over, { id, note: "" })).rejects.toMatchObject({ code: "GONE" });
    await expect(withdraw(asker(2 + 4 * HOUR), { id })).rejects.toMatchObject({ code: "GONE" });
    expect((await getApproval(over, { id })).state).toBe("lapsed");
    expect(await approveAs(other(1 + 4 * HOUR), id)).toMatchObject({ state: "done" });
  });

  test("by who asked, who takes it back, and by who declines, with a note", async () => {
    await turnOn();
    const [one, two] = [await ask(asker(2), keep(200)), await ask(asker(2), keep(201))];
    await expect(withdraw(other(3), one)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await withdraw(asker(3), one)).toMatchObject({ state: "withdrawn" });
    expect(await decline(other(3), { id: two.id, note: "Not now" })).toMatchObject({
      state: "declined",
      note: "Not now",
    });
    for (const { id } of [one, two])
      await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test.each([
    ["is disabled", "UPDATE admin SET disabled_at = now() WHERE id = $1::uuid"],
    ["has another role", "UPDATE admin SET role = 'auditor' WHERE id = $1::uuid"],
  ])("where who asked %s meanwhile: nothing is done", async (_, change) => {
    await turnOn();
    const { id } = await ask(asker(2));
    const before = await keptDays();
    await world.db.query(change, [askerId]);
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
    expect((await getApproval(other(4), { id })).state).toBe("stale");
    expect(await keptDays()).toBe(before);
  });

  test("where it would now do something else, with what changed, and nothing is done", async () => {
    await turnOn();
    const { id } = await ask(asker(2), keep(220));
    await approveAs(other(3), (await ask(asker(2), keep(210))).id);
    await expect(approveAs(other(4), id)).rejects.toMatchObject({
      code: "APPROVAL_STALE",
      fields: [{ message: expect.stringContaining("expiredTokenDays") }],
    });
    expect(await keptDays()).toBe(210);
    expect(await getApproval(other(5), { id })).toMatchObject({ state: "stale" });
    const [last] = await acts(1);
    expect(last).toMatchObject({ act: "approval.found_stale" });
  });

  test("not where the database fails in the middle: it waits on", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const before = await keptDays();
    await world.asOwner("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await world.asOwner("GRANT INSERT ON audit_entry TO tokenwarden_app");
    expect((await getApproval(other(3), { id })).state).toBe("pending");
    expect(await keptDays()).toBe(before);
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done" });
  });
});

describe("of two at once in two processes there is one outcome", () => {
  async function elsewhere(ctx: Context): Promise<Context> {
    const { connectionString } = world.db.pool.options as { connectionString: string };
    const db = openDatabase({
      url: connectionString,
      role: "app",
      maxConnections: 4,
      applicationName: "other",
    });
    opened.push(db);
    return { ...ctx, db };
  }
  const opened: { end(): Promise<void> }[] = [];

  test("two approvers, approve and withdraw, approve and decline, a hundred times", async () => {
    const third = (await person()).at;
    await turnOn();
    const two = await elsewhere(third(3));
    const own = await elsewhere(asker(3));
    for (let n = 0; n < 100; n += 1) {
      const { id } = await ask(asker(2), keep(400 + n));
      await prove(other(3), id);
      await prove(two, id);
      const rival = [
        () => approve(two, { id, note: "" }, runStored(keepFor)),
        () => withdraw(own, { id }),
        () => decline(two, { id, note: "" }),
      ][n % 3] as () => Promise<{ state: string }>;
      const tried = await Promise.allSettled([
        approve(other(3), { id, note: "" }, runStored(keepFor)),
        rival(),
      ]);
      const won = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value.state] : []));
      expect(won, `${n}`).toHaveLength(1);
      const { state } = await getApproval(other(3), { id });
      expect(state).toBe(won[0]);
      expect((await keptDays()) === 400 + n).toBe(state === "done");
    }
    await Promise.all(opened.map((db) => db.end()));
  }, 120_000);
});

describe("what answers a secret", () => {
  const make: Run = (ctx, { body }) => createApiToken(ctx, body as { name: string; role: Role });
  const token = guardedBy(make, { body: { name: "ci", role: "auditor" }, runBy: "requester", name: "token" });

  test("is done by who asked, once, and is in nothing that is kept", async () => {
    await turnOn();
    const { id } = await ask(asker(2), token);
    const run = (ctx: Context) =>
      runApproved(ctx, { id }, (own) => token.act(own)) as ReturnType<typeof createApiToken>;
    await expect(run(asker(3))).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    expect(await approveAs(other(3), id, make)).toMatchObject({ state: "approved" });
    expect(await world.db.query("SELECT 1 FROM api_token")).toEqual([]);
    await expect(run(other(4))).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await findOpen(world.db, asker(4), token.digest))?.state).toBe("approved");
    const tried = await Promise.allSettled([run(asker(4)), run(asker(4))]);
    const made = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(made).toHaveLength(1);
    expect(await world.db.query("SELECT 1 FROM api_token")).toHaveLength(1);
    await expect(run(asker(5))).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    const kept = await world.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a UNION ALL SELECT e::text FROM audit_entry e",
    );
    expect(kept.filter(({ text }) => text.includes(made[0]?.token ?? "twk_"))).toEqual([]);
  });

  test.each([
    ["is disabled", "UPDATE admin SET disabled_at = now() WHERE id = $1::uuid"],
    ["may not do it themselves any more", "UPDATE admin SET role = 'responder' WHERE id = $1::uuid"],
  ])("is not done where who approved it %s by then: it ends", async (_, change) => {
    await person();
    await turnOn();
    const { id } = await ask(asker(2), token);
    await approveAs(other(3), id, make);
    await world.db.query(change, [otherId]);
    await expect(runApproved(asker(4), { id }, (own) => token.act(own))).rejects.toMatchObject({
      code: "APPROVAL_STALE",
    });
    expect(await world.db.query("SELECT 1 FROM api_token")).toEqual([]);
    expect((await getApproval(asker(5), { id })).state).toBe("stale");
  });

  test("lapses with its approval, and can be taken back until then", async () => {
    await turnOn();
    const { id } = await ask(asker(2), token);
    await approveAs(other(3), id, make);
    await expect(runApproved(asker(2 + 4 * HOUR), { id }, (own) => token.act(own))).rejects.toMatchObject({
      code: "GONE",
    });
    expect(await withdraw(asker(4), { id })).toMatchObject({ state: "withdrawn" });
  });
});

describe("break-glass", () => {
  const alone = (ctx: Context, guarded = keep(230)) =>
    breakGlass(ctx, guarded, { kind: "retention", reason: "The disk is full" });
  const subject = keep(230).digest.toString("hex").slice(0, 32);

  test("does it at once for an owner who shows who they are, and stays to be reviewed by another", async () => {
    await turnOn();
    await expect(alone(asker(2))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED", subject });
    await prove(asker(2), subject);
    await alone(asker(2));
    expect(await keptDays()).toBe(230);
    const { toReview } = await countOpen(other(3));
    expect(toReview).toMatchObject([{ by: asker(0).actor.name, reason: "The disk is full" }]);
    expect((await countOpen(asker(3))).toReview).toEqual([]);
    const id = toReview[0]?.id as string;
    expect(await acts(2)).toMatchObject([
      { act: "organisation.updated", after: { breakGlass: id } },
      { act: "approval.glass_broken" },
    ]);
    for (const ctx of [asker(4), world.as("owner"), (await person("governor")).at(4)])
      await expect(reviewBreakGlass(ctx, { id, note: "ok" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await reviewBreakGlass(other(5), { id, note: "It was" })).toMatchObject({ reviewNote: "It was" });
    await expect(reviewBreakGlass(other(6), { id, note: "again" })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await countOpen(other(6))).toReview).toEqual([]);
    // the proof was for once
    await expect(alone(asker(3))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test.each<[string, Run]>([
    ["shuts out", (ctx) => disableAdmin(ctx, { adminId: otherId })],
    ["demotes", (ctx) => changeAdminRole(ctx, { adminId: otherId, role: "auditor" })],
  ])("that %s the other owner alarms them all the same, in the console and by mail", async (_, against) => {
    await turnOn();
    await world.db.query(
      "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
    );
    const guarded = guardedBy(against, { name: "against" });
    await prove(asker(2), guarded.digest.toString("hex").slice(0, 32));
    await breakGlass(asker(2), guarded, { kind: "roles", reason: "They are not themselves" });
    const told = await world.db.query(
      `SELECT r.admin_id AS id FROM notification_receipt r JOIN notification n ON n.id = r.notification_id WHERE n.kind = 'break_glass_used'`,
    );
    expect(told).toEqual([{ id: otherId }]);
    const mails = await world.db.query(
      `SELECT recipient_id AS id FROM mail WHERE kind = 'notification' AND body LIKE '%They are not themselves%'`,
    );
    expect(mails).toEqual([{ id: otherId }]);
  });

  test("is refused to API tokens and to who is no owner", async () => {
    await turnOn();
    await expect(alone(world.as("owner"))).rejects.toMatchObject({ code: "FORBIDDEN" });
    const governor = (await person("governor")).at;
    await prove(governor(2), subject);
    await expect(alone(governor(2))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("an API token", () => {
  const attended = (): Context => {
    const actor = {
      kind: "api_token",
      id: crypto.randomUUID(),
      name: "ci",
      role: "owner",
      isUnattended: false,
      personId: askerId,
    } as const;
    return { ...asker(2), actor };
  };

  test("without the right waits for a person, four eyes or not; with it only where four eyes wants", async () => {
    await expect(keep(240).act(attended())).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "unattended",
    });
    await keep(240).act(world.as("owner"));
    await turnOn();
    await expect(keep(241).act(world.as("owner"))).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "retention",
    });
    const { id } = await ask(attended());
    expect(await getApproval(other(3), { id })).toMatchObject({ kinds: ["unattended", "retention"] });
    expect(await countOpen(asker(3))).toMatchObject({ toDecide: 0 });
    // it is not on record as an API token: whoever revokes one ends what it asked for
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
  });

  test("that was revoked meanwhile gets nothing done", async () => {
    const { id: tokenId } = await createApiToken(asker(1), { name: "ci", role: "owner" });
    const actor = {
      kind: "api_token",
      id: tokenId,
      name: "ci",
      role: "owner",
      isUnattended: false,
      personId: askerId,
    } as const;
    const { id } = await ask({ ...asker(2), actor });
    await revokeApiToken(asker(3), { apiTokenId: tokenId });
    await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
  });

  test("made on the machine has the right while four eyes is off; then only where it is asked for, and owners are alarmed", async () => {
    const cli = systemContext(world.db, "command-line");
    const input = { name: "ci", role: "auditor", isUnattended: false } as const;
    expect(await createTokenOnMachine(cli, input)).toMatchObject({
      isAlarm: false,
      row: { isUnattended: true },
    });
    await turnOn();
    expect(await createTokenOnMachine(cli, input)).toMatchObject({
      isAlarm: false,
      row: { isUnattended: false },
    });
    expect(await createTokenOnMachine(cli, { ...input, isUnattended: true })).toMatchObject({
      isAlarm: true,
      row: { isUnattended: true },
    });
    for (const who of [asker, other]) expect((await countOpen(who(3))).toReview).toHaveLength(1);
  });
});

test("the database lets no approval be decided by who asked, be decided twice or become another act", async () => {
  await turnOn();
  const { id } = await ask(asker(2));
  const refuses = (set: string) =>
    expect(world.db.query(`UPDATE approval SET ${set} WHERE id = '${id}'`)).rejects.toThrow();
  await refuses(
    `state = 'approved', decided_at = now(), decided_by_id = '${askerId}', decided_by_name = 'x'`,
  );
  await refuses("state = 'approved'");
  await refuses("path = '/api/v1/y'");
  await refuses("expires_at = now() + interval '1 day'");
  await decline(other(3), { id, note: "" });
  await refuses("state = 'pending'");
  await expect(world.db.query(`DELETE FROM approval WHERE id = '${id}'`)).rejects.toThrow();
});
