import { describe, expect, test } from "vitest";
import { beginTotpReplacement } from "../admins/begin-totp-replacement.ts";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { changePassword } from "../admins/change-password.ts";
import { createAdmin } from "../admins/create-admin.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { enableAdmin } from "../admins/enable-admin.ts";
import { removeTotp } from "../admins/remove-totp.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { replaceTotp } from "../admins/replace-totp.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { updateApiToken } from "../api-tokens/update-api-token.ts";
import { changePolicy } from "../approvals/change-policy.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { beginErasure } from "../erasures/begin-erasure.ts";
import { createEventStream } from "../event-streams/create-event-stream.ts";
import { switchEventStream } from "../event-streams/pause-event-stream.ts";
import { removeEventStream } from "../event-streams/remove-event-stream.ts";
import { replayEventStream } from "../event-streams/replay-event-stream.ts";
import { rotateEventStreamSecret } from "../event-streams/rotate-event-stream-secret.ts";
import { updateEventStream } from "../event-streams/update-event-stream.ts";
import { createExport } from "../exports/create-export.ts";
import { openIncidentInput } from "../incidents/input.ts";
import { openIncident } from "../incidents/open-incident.ts";
import { releaseEvidence } from "../incidents/release-evidence.ts";
import { activateKey } from "../keys/activate-key.ts";
import { cancelKey } from "../keys/cancel-key.ts";
import { changeKeyPolicy } from "../keys/change-key-policy.ts";
import { changeKeySettings } from "../keys/change-key-settings.ts";
import { compromiseKey } from "../keys/compromise-key.ts";
import { destroyKey } from "../keys/destroy-key.ts";
import { rotateKey } from "../keys/rotate-key.ts";
import { changeLogRetention } from "../log-retention/change-log-retention.ts";
import { releaseUseDay } from "../log-retention/release-use-day.ts";
import { getOrganisation } from "../organisation/get-organisation.ts";
import { updateOrganisation } from "../organisation/update-organisation.ts";
import { beginPasskeyRegistration } from "../passkeys/begin-registration.ts";
import { registerPasskey } from "../passkeys/register-passkey.ts";
import { removePasskey } from "../passkeys/remove-passkey.ts";
import { makeRecoveryCodes } from "../recovery-codes/make-recovery-codes.ts";
import { changeRetention } from "../retention/change-retention.ts";
import { createProvider } from "../sign-in-providers/create-provider.ts";
import { removeProvider } from "../sign-in-providers/remove-provider.ts";
import { changeSignInPolicy } from "../sign-in-providers/sign-in-policy.ts";
import { switchProvider } from "../sign-in-providers/switch-provider.ts";
import { updateProvider } from "../sign-in-providers/update-provider.ts";
import { createReceiver } from "../signal-receivers/create-receiver.ts";
import { rotateReceiverSecret } from "../signal-receivers/rotate-receiver-secret.ts";
import { switchReceiver } from "../signal-receivers/switch-receiver.ts";
import { updateReceiver } from "../signal-receivers/update-receiver.ts";
import { createStream } from "../signals/create-stream.ts";
import { removeStream } from "../signals/remove-stream.ts";
import { setStreamStatus } from "../signals/set-stream-status.ts";
import { updateStream } from "../signals/update-stream.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { beginStepUp } from "./begin-step-up.ts";
import { STEP_UP_KINDS, type StepUpKind } from "./model.ts";
import { proveStepUp } from "./prove-step-up.ts";
import { requireStepUp } from "./require-step-up.ts";
import { sessionFixture } from "./test-sessions.ts";

const world = testContexts();
const fixture = sessionFixture(() => world.db);
const { means, codeAt, makeAdmin, openSession, addPasskey } = fixture;
const MINUTE = 60;
/** When a session that was opened at 0 is stale. */
const LATER = 20 * MINUTE;

function byCode(ctx: Context, totpSecret: string, seconds: number, kind: StepUpKind = "keys") {
  return proveStepUp(ctx, { method: "totp", kind, code: codeAt(totpSecret, seconds) }, means);
}

const needed = (kind: StepUpKind) => ({ code: "STEP_UP_REQUIRED", kind });
const passes = (ctx: Context, kind: StepUpKind = "keys") =>
  expect(requireStepUp(ctx, kind)).resolves.toBeUndefined();
const isAsked = (ctx: Context, kind: StepUpKind = "keys") =>
  expect(requireStepUp(ctx, kind)).rejects.toMatchObject(needed(kind));

async function lastActs(count: number): Promise<unknown[]> {
  const rows = await world.db.query<{ act: string }>(
    "SELECT act FROM audit_entry ORDER BY sequence DESC LIMIT $1::int",
    [count],
  );
  return rows.map(({ act }) => act).reverse();
}

describe("who is asked again", () => {
  test.each(["totp", "passkey"] as const)(
    "nobody for ten minutes after signing in by %s, for any kind of act; then for each",
    async (way) => {
      const session = await openSession(await makeAdmin(), 0, way);
      for (const kind of STEP_UP_KINDS) {
        await passes(session(10 * MINUTE - 1), kind);
        await isAsked(session(10 * MINUTE), kind);
      }
    },
  );

  test("whoever came in by a recovery code for everything but a new way in of their own", async () => {
    const session = await openSession(await makeAdmin(), 0, "recovery_code");
    await passes(session(1), "own-factors");
    for (const kind of STEP_UP_KINDS.filter((one) => one !== "own-factors")) await isAsked(session(1), kind);
    await isAsked(session(10 * MINUTE), "own-factors");
  });

  test("whoever's session is from before it was kept how they came in", async () => {
    await isAsked((await openSession(await makeAdmin(), 0, null))(1));
  });

  test("no API token and not the product itself; nobody, and a session that is not on record, never passes", async () => {
    await passes(world.as("owner"));
    await expect(
      requireStepUp(
        { ...world.as("owner"), actor: { kind: "anonymous", id: "anonymous", name: "anonymous" } },
        "keys",
      ),
    ).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
    const actor = {
      kind: "admin",
      id: crypto.randomUUID(),
      name: "o",
      role: "owner",
      sessionId: "",
    } as const;
    await isAsked({ ...world.as("owner"), actor });
    await isAsked({ ...world.as("owner"), actor: { ...actor, sessionId: crypto.randomUUID() } });
  });
});

describe("a proof by code", () => {
  test("is good for its kind and session alone, for ten minutes, on record", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const other = await openSession(admin, 0);
    await isAsked(session(LATER));
    expect(await byCode(session(LATER), admin.totpSecret, LATER)).toMatchObject({ kind: "keys" });
    await passes(session(LATER + 10 * MINUTE - 1));
    await isAsked(session(LATER + 10 * MINUTE));
    await isAsked(session(LATER + 1), "roles");
    await isAsked(other(LATER + 1));
    expect(await world.lastEntry()).toMatchObject({
      act: "step_up.proven",
      after: { kind: "keys", method: "totp" },
    });
  });

  test("counts once: neither again, nor for another kind, nor after it signed somebody in", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const step = BigInt(Math.floor(fixture.at(LATER).getTime() / 30_000));
    await world.db.query("UPDATE admin SET totp_last_step = $2::bigint WHERE id = $1::uuid", [
      admin.id,
      step,
    ]);
    await expect(byCode(session(LATER), admin.totpSecret, LATER)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await byCode(session(LATER + 30), admin.totpSecret, LATER + 30);
    await expect(byCode(session(LATER + 31), admin.totpSecret, LATER + 30, "roles")).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await isAsked(session(LATER + 31), "roles");
    expect(await lastActs(2)).toEqual(["step_up.proven", "step_up.refused"]);
  });

  test("of two at once in two processes one counts", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const tries = await Promise.allSettled(
      (["keys", "roles"] as const).map((kind) => byCode(session(LATER), admin.totpSecret, LATER, kind)),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("of another admin, or a wrong one, does not count; ten of them end the trying", async () => {
    const [admin, other] = [await makeAdmin(), await makeAdmin()];
    const session = await openSession(admin, 0);
    for (let n = 0; n < 10; n += 1)
      await expect(byCode(session(LATER), other.totpSecret, LATER)).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
    await expect(byCode(session(LATER), admin.totpSecret, LATER)).rejects.toMatchObject({
      code: "TOO_MANY_ATTEMPTS",
    });
    await isAsked(session(LATER));
    await byCode((await openSession(admin, 0))(LATER), admin.totpSecret, LATER);
  });

  test.each([
    ["the session ended", "UPDATE admin_session SET ended_at = now()"],
    ["the admin was disabled", "UPDATE admin SET disabled_at = now()"],
  ])("does not count, and counts no more, where %s in between", async (_, change) => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    await byCode(session(LATER), admin.totpSecret, LATER);
    await world.db.query(change);
    await isAsked(session(LATER + 1));
    await expect(byCode(session(LATER + 60), admin.totpSecret, LATER + 60)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  test("of an authenticator that was replaced in between does not count", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const offer = await beginTotpReplacement(session(1), means.wrapper);
    await replaceTotp(
      session(2),
      { enrolment: offer.enrolment, code: codeAt(offer.totpSecret, 2) },
      means.wrapper,
    );
    await expect(byCode(session(LATER), admin.totpSecret, LATER)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await byCode(session(LATER), offer.totpSecret, LATER);
  });
});

describe("a proof by passkey", () => {
  async function withPasskey() {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const { authenticator } = await addPasskey(admin, session(1), { counter: 5 });
    const offer = async (ctx: Context, kind: StepUpKind = "keys") => {
      const { passkey } = await beginStepUp(ctx, { kind }, means);
      if (passkey === null) throw new Error("no passkey is asked for");
      return passkey;
    };
    return { admin, session, authenticator, offer };
  }
  type Offered = { options: { challenge: string }; challenge: string };

  function prove(
    ctx: Context,
    offered: Offered,
    authenticator: { answer(asked: { challenge: string }): unknown },
    kind: StepUpKind = "keys",
  ) {
    const passkey = authenticator.answer({ challenge: offered.options.challenge }) as never;
    return proveStepUp(ctx, { method: "passkey", kind, challenge: offered.challenge, passkey }, means);
  }

  test("is good for its kind and session, and is answered once", async () => {
    const { session, authenticator, offer } = await withPasskey();
    const offered = await offer(session(LATER));
    await prove(session(LATER), offered, authenticator);
    await passes(session(LATER + 1));
    await isAsked(session(LATER + 1), "bulk");
    await expect(prove(session(LATER + 1), offered, authenticator)).rejects.toMatchObject({ code: "GONE" });
    expect((await lastActs(1))[0]).toBe("step_up.proven");
  });

  test("is not good for another kind, another session, another admin, or after five minutes", async () => {
    const { admin, session, authenticator, offer } = await withPasskey();
    const offered = await offer(session(LATER));
    const gone = { code: "GONE" };
    await expect(prove(session(LATER), offered, authenticator, "roles")).rejects.toMatchObject(gone);
    const second = await openSession(admin, 0);
    await expect(prove(second(LATER), offered, authenticator)).rejects.toMatchObject(gone);
    const other = await openSession(await makeAdmin(), 0);
    await expect(prove(other(LATER), offered, authenticator)).rejects.toMatchObject(gone);
    await expect(prove(session(LATER + 5 * MINUTE), offered, authenticator)).rejects.toMatchObject(gone);
    await isAsked(session(LATER + 1));
  });

  test("by the passkey of another admin does not count", async () => {
    const { session, offer } = await withPasskey();
    const stranger = await makeAdmin();
    const { authenticator } = await addPasskey(stranger, (await openSession(stranger, 0))(1));
    const offered = await offer(session(LATER));
    await expect(prove(session(LATER), offered, authenticator)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await isAsked(session(LATER));
  });

  test("by a copied passkey does not count, blocks it and ends every session", async () => {
    const { session, authenticator, offer } = await withPasskey();
    await prove(session(LATER), await offer(session(LATER)), authenticator);
    authenticator.counter = 2;
    await expect(
      prove(session(LATER), await offer(session(LATER), "roles"), authenticator, "roles"),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await isAsked(session(LATER + 1));
    expect(await lastActs(2)).toEqual(["passkey.blocked", "step_up.refused"]);
  });
});

describe("the lock: each use case asks by itself", () => {
  const none = {} as never;
  const acts: [StepUpKind, string, (ctx: Context) => Promise<unknown>][] = [
    ["roles", "createAdmin", (ctx) => createAdmin(ctx, none, "http://localhost:3000")],
    ["roles", "changeAdminRole", (ctx) => changeAdminRole(ctx, none)],
    [
      "roles",
      "disableAdmin",
      (ctx) => disableAdmin(ctx, { adminId: "01890000-0000-7000-8000-000000000000" }),
    ],
    ["roles", "enableAdmin", (ctx) => enableAdmin(ctx, none)],
    ["roles", "renewInvitation", (ctx) => renewInvitation(ctx, none, "http://localhost:3000")],
    ["api-tokens", "createApiToken", (ctx) => createApiToken(ctx, none)],
    ["api-tokens", "updateApiToken", (ctx) => updateApiToken(ctx, none)],
    ["keys", "rotateKey", (ctx) => rotateKey(ctx, none, none)],
    ["keys", "activateKey", (ctx) => activateKey(ctx, none)],
    ["keys", "cancelKey", (ctx) => cancelKey(ctx, none)],
    ["keys", "destroyKey", (ctx) => destroyKey(ctx, none)],
    ["keys", "compromiseKey", (ctx) => compromiseKey(ctx, none, none)],
    ["keys", "changeKeyPolicy", (ctx) => changeKeyPolicy(ctx, none)],
    ["keys", "changeKeySettings", (ctx) => changeKeySettings(ctx, none)],
    ["retention", "changeRetention", (ctx) => changeRetention(ctx, none)],
    ["retention", "changeLogRetention", (ctx) => changeLogRetention(ctx, none)],
    ["retention", "releaseUseDay", (ctx) => releaseUseDay(ctx, none)],
    ["retention", "beginErasure", (ctx) => beginErasure(ctx, none)],
    ["streams", "createEventStream", (ctx) => createEventStream(ctx, none, none)],
    ["streams", "updateEventStream", (ctx) => updateEventStream(ctx, none, none)],
    ["streams", "removeEventStream", (ctx) => removeEventStream(ctx, none)],
    ["streams", "replayEventStream", (ctx) => replayEventStream(ctx, none)],
    ["streams", "rotateEventStreamSecret", (ctx) => rotateEventStreamSecret(ctx, none, none)],
    ["streams", "switchEventStream", (ctx) => switchEventStream(ctx, none)],
    ["streams", "createStream", (ctx) => createStream(ctx, none, none)],
    ["streams", "updateStream", (ctx) => updateStream(ctx, none, none)],
    ["streams", "removeStream", (ctx) => removeStream(ctx, none)],
    ["streams", "setStreamStatus", (ctx) => setStreamStatus(ctx, none)],
    ["streams", "createReceiver", (ctx) => createReceiver(ctx, none, none)],
    ["streams", "updateReceiver", (ctx) => updateReceiver(ctx, none, none)],
    ["streams", "switchReceiver", (ctx) => switchReceiver(ctx, none)],
    ["streams", "rotateReceiverSecret", (ctx) => rotateReceiverSecret(ctx, none)],
    ["sign-in", "createProvider", (ctx) => createProvider(ctx, none, none)],
    ["sign-in", "updateProvider", (ctx) => updateProvider(ctx, none, none)],
    ["sign-in", "removeProvider", (ctx) => removeProvider(ctx, none)],
    ["sign-in", "switchProvider, off", (ctx) => switchProvider(ctx, { providerId: "", isDisabled: true })],
    ["sign-in", "switchProvider, on", (ctx) => switchProvider(ctx, { providerId: "", isDisabled: false })],
    ["sign-in", "changeSignInPolicy", (ctx) => changeSignInPolicy(ctx, none)],
    ["approvals", "changePolicy", (ctx) => changePolicy(ctx, none)],
    ["exports", "createExport", (ctx) => createExport(ctx, none)],
    ["exports", "releaseEvidence", (ctx) => releaseEvidence(ctx, caseNumber, { format: "html" })],
    ["own-factors", "beginPasskeyRegistration", (ctx) => beginPasskeyRegistration(ctx, means)],
    ["own-factors", "registerPasskey", (ctx) => registerPasskey(ctx, none, means)],
    ["own-factors", "removePasskey", (ctx) => removePasskey(ctx, none)],
    ["own-factors", "beginTotpReplacement", (ctx) => beginTotpReplacement(ctx, means.wrapper)],
    ["own-factors", "replaceTotp", (ctx) => replaceTotp(ctx, none, means.wrapper)],
    ["own-factors", "removeTotp", (ctx) => removeTotp(ctx)],
    ["own-factors", "changePassword", (ctx) => changePassword(ctx, none)],
    ["own-factors", "makeRecoveryCodes", (ctx) => makeRecoveryCodes(ctx)],
  ];

  /** What only shuts out. */
  const SHUTS_OUT = new Set(["disableAdmin", "switchProvider, off"]);

  test("an API token that acts unattended passes, but for who may come in and how: that waits for a person, unless it only shuts out", async () => {
    const program = (isUnattended: boolean): Context => {
      const ctx = world.as("owner");
      return { ...ctx, actor: { ...ctx.actor, isUnattended } as Context["actor"] };
    };
    for (const kind of STEP_UP_KINDS) {
      const isPersons = ["roles", "sign-in", "own-factors"].includes(kind);
      const asked = requireStepUp(program(true), kind);
      if (isPersons) await expect(asked, kind).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
      else await expect(asked, kind).resolves.toBeUndefined();
      await expect(requireStepUp(program(false), kind), kind).rejects.toMatchObject({ kind: "unattended" });
    }
    for (const kind of ["roles", "sign-in"] as const) {
      const asked = (isUnattended: boolean) => requireStepUp(program(isUnattended), kind, { shutsOut: true });
      await expect(asked(true), kind).resolves.toBeUndefined();
      await expect(asked(false), kind).rejects.toMatchObject({ kind: "unattended" });
    }
    for (const [kind, name, act] of acts.filter(
      (one) => ["roles", "sign-in"].includes(one[0]) && !SHUTS_OUT.has(one[1]),
    ))
      await expect(act(program(true)), `${kind} ${name}`).rejects.toMatchObject({
        code: "APPROVAL_REQUIRED",
        kind: "unattended",
      });
    for (const [, name, act] of acts.filter((one) => SHUTS_OUT.has(one[1]))) {
      await expect(act(program(true)), name).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(act(program(false)), name).rejects.toMatchObject({ kind: "unattended" });
    }
  });

  let caseNumber: number;
  async function openCase(): Promise<void> {
    const clientId = await fixtureOf(world.db).client("billing");
    const input = openIncidentInput.parse({ title: "Leaked", subjects: [{ kind: "client", id: clientId }] });
    ({ number: caseNumber } = await openIncident(world.as("owner"), input));
  }

  test("and changes and records nothing where the proof is stale; who lacks the permission is not asked", async () => {
    await openCase();
    const owner = await openSession(await makeAdmin(), 0);
    const auditor = await openSession(await makeAdmin("auditor"), 0);
    const before = await world.countEntries();
    for (const [kind, name, act] of acts) {
      await expect(act(owner(LATER)), name).rejects.toMatchObject(needed(kind));
      if (kind !== "own-factors" && kind !== "exports")
        await expect(act(auditor(LATER)), name).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect(await world.countEntries()).toBe(before);
  });

  test("a sign-in by recovery code opens the acts upon one's own ways in, and not one of the others", async () => {
    await openCase();
    const came = (await openSession(await makeAdmin(), 0, "recovery_code"))(1);
    for (const [kind, name, act] of acts) {
      const outcome = await act(came).catch((error: unknown) => error);
      if (kind === "own-factors") expect(outcome, name).not.toMatchObject({ code: "STEP_UP_REQUIRED" });
      else expect(outcome, name).toMatchObject(needed(kind));
    }
    const { version } = await getOrganisation(came);
    await expect(updateOrganisation(came, { version, sessionIdleSeconds: 900 })).rejects.toMatchObject(
      needed("sign-in"),
    );
  });

  test("of the organisation's settings how long people stay signed in, and no other", async () => {
    const owner = (await openSession(await makeAdmin(), 0))(LATER);
    const { version } = await getOrganisation(owner);
    const saved = await updateOrganisation(owner, { version, name: "Northwind" });
    await expect(
      updateOrganisation(owner, { version: saved.version, sessionIdleSeconds: 900 }),
    ).rejects.toMatchObject(needed("sign-in"));
    expect(await getOrganisation(owner)).toMatchObject({ name: "Northwind", sessionIdleSeconds: 1800 });
  });
});
