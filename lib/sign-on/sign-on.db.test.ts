import { beforeEach, describe, expect, test } from "vitest";
import type { Context, SqlContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { getGroupReach } from "../users/get-group-reach.ts";
import { endOwnSession, signOutEverywhere } from "./end-own-access.ts";
import { getUserAccess } from "./get-user-access.ts";
import { noteSignOn } from "./note-sign-on.ts";
import { findRememberedGrant, rememberGrant } from "./remember-grant.ts";
import { withdrawOwnGrant, withdrawUserGrant } from "./withdraw-grant.ts";

const world = testContexts();
let ctx: Context;
let ids: { ana: string; web: string; desk: string };
beforeEach(async () => {
  ctx = world.as("governor");
  const fixture = fixtureOf(world.db);
  ids = {
    ana: await fixture.user("ana@example.com"),
    web: await fixture.client("web"),
    desk: await fixture.client("desk"),
  };
});

async function give(clientId: string, sessionUid: string, groups: string[] = []) {
  const fixture = fixtureOf(world.db);
  const issuedAt = ctx.now;
  const expiresAt = new Date(ctx.now.getTime() + 3_600_000);
  const family = { clientId, userId: ids.ana, sessionUid };
  const familyId = await fixture.family({ ...family, rootedAt: issuedAt });
  await rememberGrant(world.db, {
    userId: ids.ana,
    clientId,
    grantId: `grant of ${clientId}`,
    scopes: ["openid"],
    permissions: ["invoices:read"],
    isAsked: true,
    now: ctx.now,
    expiresAt: new Date(ctx.now.getTime() + 86_400_000),
  });
  return fixture.token({ ...family, familyId, issuedAt, rootedAt: issuedAt, expiresAt, groups });
}

const seen = (uid: string, userAgent: string) =>
  noteSignOn(world.db, {
    uid,
    userId: ids.ana,
    signedInAt: ctx.now,
    seenAt: ctx.now,
    ip: "203.0.113.9",
    country: "PT",
    userAgent,
  });

const access = () => getUserAccess(world.as("auditor"), { userId: ids.ana });
const asAna = (): SqlContext => ({ ...ctx, actor: { kind: "user", id: ids.ana, name: "ana@example.com" } });

describe("a user's access", () => {
  test("is told by sessions with their tokens and by clients with what they may do", async () => {
    await seen("phone", "curl/8");
    await give(ids.web, "phone");
    await give(ids.desk, "phone");
    await give(ids.web, "before");
    const { sessions, grants } = await access();
    expect(sessions).toMatchObject([
      {
        uid: "phone",
        isSignedIn: false,
        country: "PT",
        userAgent: "curl/8",
        applications: ["desk", "web"],
        liveTokens: 2,
      },
      { uid: "before", seenAt: null, userAgent: null, liveTokens: 1 },
    ]);
    expect(grants).toMatchObject([
      { client: { clientId: "desk" }, permissions: ["invoices:read"], liveTokens: 1 },
      {
        client: { clientId: "web" },
        scopes: ["openid"],
        isAsked: true,
        liveTokens: 2,
        lastUsedAt: ctx.now.toISOString(),
      },
    ]);
  });

  test("is nobody's who may not see users, and of nobody who is not there", async () => {
    await expect(getUserAccess(asAna() as Context, { userId: ids.ana })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(getUserAccess(ctx, { userId: ids.web })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("withdrawing a grant for a user", () => {
  test("ends what the client has, leaves the others, and is recorded upon the user with its reason", async () => {
    const token = await give(ids.web, "phone");
    await give(ids.desk, "phone");
    const given = {
      userId: ids.ana,
      clientId: ids.web,
      reason: "privilege_withdrawn",
      note: "left the team",
    } as const;
    for (const role of ["auditor"] as const)
      await expect(withdrawUserGrant(world.as(role), given)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await withdrawUserGrant(ctx, given)).toEqual({ orders: 1, tokens: 1 });
    expect(await world.lastEntry()).toMatchObject({
      act: "grant.withdrawn",
      before: { permissions: ["invoices:read"] },
      after: { client: "web", families: 1, liveTokens: 1 },
    });
    const [order] = await world.db.query(
      `SELECT target_kind AS kind, target_id AS id, reason FROM revocation_order`,
    );
    expect(order).toEqual({ kind: "family", id: token.familyId, reason: "privilege_withdrawn" });
    expect((await access()).grants.map((grant) => grant.client.clientId)).toEqual(["desk"]);
    const asked = { userId: ids.ana, clientId: ids.web, now: ctx.now };
    expect(await findRememberedGrant(world.db, asked)).toBeNull();
    await expect(withdrawUserGrant(ctx, given)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("records what an exchange gave in the meantime, too, and takes it back", async () => {
    await give(ids.web, "phone");
    const late: string[] = [];
    // an exchange commits between the first look and the second
    const db: Database = {
      ...world.db,
      transaction: async (work) => {
        const result = await world.db.transaction(work);
        if (late.length === 0) {
          const exchanged = await fixtureOf(world.db).token({ clientId: ids.web, userId: ids.ana });
          late.push(exchanged.familyId);
        }
        return result;
      },
    };
    const given = {
      userId: ids.ana,
      clientId: ids.web,
      reason: "privilege_withdrawn",
      note: "left",
    } as const;
    expect(await withdrawUserGrant({ ...ctx, db }, given)).toEqual({ orders: 2, tokens: 2 });
    const entries = await world.db.query<{ after: object; reason: string }>(
      "SELECT after, reason FROM audit_entry WHERE act = 'grant.withdrawn' AND target_id = $1 ORDER BY sequence",
      [ids.ana],
    );
    expect(entries).toMatchObject([
      { after: { client: "web", families: 1, liveTokens: 1 } },
      {
        after: { client: "web", families: 1, liveTokens: 1, ofExchangeMeanwhile: true },
        reason: "privilege_withdrawn",
      },
    ]);
    const orders = await world.db.query("SELECT target_id AS id FROM revocation_order ORDER BY position");
    expect(orders).toContainEqual({ id: late[0] });
  });

  test("needs a note where the reason does, and changes nothing without", async () => {
    await give(ids.web, "phone");
    await expect(
      withdrawUserGrant(ctx, { userId: ids.ana, clientId: ids.web, reason: "unspecified", note: " " }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await access()).grants).toHaveLength(1);
  });
});

test("what is a person's own is ended by that person alone, never by an admin's or a client's context", async () => {
  await give(ids.web, "phone");
  for (const actor of [ctx.actor, { kind: "client", id: ids.web, name: "web" }] as const)
    for (const act of [
      () => endOwnSession({ ...ctx, actor }, { uid: "phone" }),
      () => signOutEverywhere({ ...ctx, actor }),
      () => withdrawOwnGrant({ ...ctx, actor }, { clientId: ids.web }),
    ])
      await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await endOwnSession(asAna(), { uid: "phone" })).toEqual({ orders: 1, tokens: 1 });
  expect((await access()).sessions).toEqual([]);
});

test("taking a user out of a group leaves valid what carries it, by group, until the last of it expires", async () => {
  await give(ids.web, "phone", ["Finance", "Sales"]);
  await give(ids.desk, "phone", ["Sales"]);
  const until = new Date(ctx.now.getTime() + 3_600_000).toISOString();
  expect(await getGroupReach(ctx, { userId: ids.ana })).toEqual([
    { group: "Finance", accessTokens: 1, until },
    { group: "Sales", accessTokens: 2, until },
  ]);
  await signOutEverywhere(asAna());
  expect(await getGroupReach(ctx, { userId: ids.ana })).toEqual([]);
});
