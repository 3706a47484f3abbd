import { describe, expect, test, vi } from "vitest";
import { lockOwners } from "../admins/owner-lock.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { beginStepUp } from "../step-up/begin-step-up.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import { proveByProvider } from "./prove-by-provider.ts";

import { isRefused, providersFixture, subjectFor } from "./test-sign-ins.ts";

const world = testContexts();

const { means, at, makeProvider, nobody, person, enter, owner } = providersFixture(world);

const openSessions = async ({ actor }: Context) =>
  (
    await world.db.query("SELECT FROM admin_session WHERE admin_id = $1::uuid AND ended_at IS NULL", [
      actor.id,
    ])
  ).length;

async function toldOf({ actor }: Context): Promise<string[]> {
  const rows = await world.db.query<{ title: string }>(
    "SELECT n.title || ' ' || n.text AS title FROM notification n JOIN notification_receipt r ON r.notification_id = n.id WHERE r.admin_id = $1::uuid",
    [actor.id],
  );
  return rows.map(({ title }) => title);
}

describe("a step-up at the provider", () => {
  async function signedIn(secondsAgo: number, change: Record<string, unknown> = {}) {
    const provider = await makeProvider({ creates_admins: true, ...change });
    const subject = subjectFor();
    const since = { auth_time: at(-secondsAgo).getTime() / 1000, groups: ["tw-owners"], acr: "gold" };
    const { adminId, sessionId } = await enter(provider, person(subject, { claims: since }), 0);
    const actor = { kind: "admin", id: adminId, name: subject, role: "owner", sessionId } as const;
    const ctx = (seconds: number): Context => ({ ...nobody(seconds), actor });
    const asked = (seconds: number) => ({
      sessionId,
      kind: "keys" as const,
      subject: null,
      askedAt: at(seconds),
    });
    const fresh = (seconds: number, claims: object = {}) =>
      person(subject, { claims: { auth_time: at(seconds).getTime() / 1000, acr: "gold", ...claims } });
    return { provider, ctx, asked, fresh, subject };
  }

  test("is needed by who signed in there long ago, however new the session is", async () => {
    const old = await signedIn(3_600);
    await expect(requireStepUp(old.ctx(1), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    const recent = await signedIn(60);
    await expect(requireStepUp(recent.ctx(1), "keys")).resolves.toBeUndefined();
    await expect(requireStepUp(recent.ctx(700), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("is offered, counts for its session and kind, for ten minutes, once, on record", async () => {
    const { provider, ctx, asked, fresh } = await signedIn(3_600);
    expect(await beginStepUp(ctx(1), { kind: "keys" }, means)).toEqual({
      passkey: null,
      hasTotp: false,
      provider: { id: provider.id, name: provider.name },
    });
    const question = asked(100);
    await proveByProvider(ctx(130), { providerId: provider.id, identity: fresh(120), flow: question });
    expect(await world.lastEntry()).toMatchObject({
      act: "step_up.proven",
      after: { kind: "keys", method: "provider" },
    });
    await expect(requireStepUp(ctx(131), "keys")).resolves.toBeUndefined();
    await expect(requireStepUp(ctx(131), "roles")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    await expect(requireStepUp(ctx(731), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("is refused for another person, another provider, another session, an old sign-in, a weaker one", async () => {
    const { provider, ctx, asked, fresh } = await signedIn(3_600, { required_acr: ["gold"] });
    const other = await signedIn(3_600);
    const prove = (identity: ProviderIdentity, change: object = {}, providerId = provider.id) =>
      proveByProvider(ctx(130), { providerId, identity, flow: { ...asked(100), ...change } });
    await isRefused(prove({ ...fresh(120), subject: other.subject }), "OTHER_PERSON");
    await isRefused(prove(fresh(120), {}, other.provider.id), "OTHER_PERSON");
    await isRefused(prove(fresh(120), { sessionId: other.asked(0).sessionId }), "OTHER_PERSON");
    await isRefused(prove(fresh(50)), "NOT_ANEW");
    await isRefused(prove(fresh(120, { auth_time: undefined })), "NOT_ANEW");
    await isRefused(prove(fresh(120, { acr: "tin" })), "TOO_WEAK");
    expect(await world.lastEntry()).toMatchObject({ act: "step_up.refused" });
    await expect(requireStepUp(ctx(131), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    expect(await openSessions(ctx(131))).toBe(1);
  });

  test("that hears of no role any more lets the admin go: every session ends, they are told, their API tokens stop, on record", async () => {
    const { provider, ctx, asked, fresh, subject } = await signedIn(3_600);
    const since = { auth_time: at(0).getTime() / 1000, groups: ["tw-owners"] };
    await enter(provider, person(subject, { claims: since }), 10);
    expect(await openSessions(ctx(0))).toBe(2);
    const identity = fresh(120, { groups: ["else"] });
    await isRefused(
      proveByProvider(ctx(130), { providerId: provider.id, identity, flow: asked(100) }),
      "NO_ROLE",
    );
    expect(await openSessions(ctx(0))).toBe(0);
    const letGo = await world.db.query(
      "SELECT FROM admin_identity WHERE subject = $1::text AND let_go_at = $2::timestamptz",
      [subject, at(130)],
    );
    expect(letGo).toHaveLength(1);
    expect(await world.lastEntry()).toMatchObject({ act: "step_up.refused", after: { endedSessions: 2 } });
    expect(await toldOf(ctx(0))).toContainEqual(
      expect.stringContaining("gives you no role in this console any more"),
    );
  });

  test("that hears of another role gives it, and ends every session; the last owner stays one", async () => {
    const { provider, ctx, asked, fresh } = await signedIn(3_600);
    const prove = (groups: string[]) =>
      proveByProvider(ctx(130), {
        providerId: provider.id,
        identity: fresh(120, { groups }),
        flow: asked(100),
      });
    await isRefused(prove(["tw-audit"]), "LAST_OWNER");
    expect(await openSessions(ctx(0))).toBe(1);
    await owner();
    await isRefused(prove(["tw-audit"]), "ROLE_CHANGED");
    expect(await openSessions(ctx(0))).toBe(0);
    const { actor } = ctx(0);
    expect(
      await world.db.query(`SELECT role, last_sign_in_at AS "lastSignInAt" FROM admin WHERE id = $1::uuid`, [
        actor.id,
      ]),
      "nobody signed in",
    ).toEqual([{ role: "auditor", lastSignInAt: at(0) }]);
    const told = (await toldOf(ctx(0))).filter((one) => one.includes("Your role is now Auditor"));
    expect(told).toEqual([expect.stringContaining("Your sessions were ended: sign in again to go on.")]);
    const acts = await world.db.query<{ act: string }>(
      "SELECT act FROM audit_entry ORDER BY sequence DESC LIMIT 2",
    );
    expect(acts.map(({ act }) => act)).toEqual(["step_up.refused", "admin.role_changed"]);
  });

  test("is held to the rules as they stand, also where one is changed in that moment", async () => {
    await owner();
    const { provider, ctx, asked, fresh } = await signedIn(3_600);
    let proof: Promise<void> | undefined;
    await world.db.transaction(async (tx) => {
      await lockOwners(tx);
      const identity = fresh(120, { groups: ["tw-audit"] });
      proof = proveByProvider(ctx(130), { providerId: provider.id, identity, flow: asked(100) });
      proof.catch(() => {});
      await vi.waitFor(async () => {
        const waiting = await world.db.query(
          "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT l.granted AND d.datname = current_database()",
        );
        expect(waiting).toHaveLength(1);
      }, 10_000);
      await tx.query("UPDATE sign_in_provider SET role_rules = $2::jsonb WHERE id = $1::uuid", [
        provider.id,
        JSON.stringify([{ value: "tw-audit", role: "owner" }]),
      ]);
    });
    await expect(proof).resolves.toBeUndefined();
    expect(await openSessions(ctx(0))).toBe(1);
    expect(await world.lastEntry()).toMatchObject({ act: "step_up.proven" });
  });
});
