import { createHash } from "node:crypto";
import { beforeEach } from "vitest";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import type { TestContexts } from "../db/test-context.ts";
import { getOrganisation } from "../organisation/get-organisation.ts";
import { changeRetention } from "../retention/change-retention.ts";
import { StepUpRequired } from "../step-up/require-step-up.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import type { StoredRequest } from "./approval-row.ts";
import { approve } from "./approve.ts";
import { askForApproval, type GuardedRequest } from "./ask-approval.ts";
import { changePolicy } from "./change-policy.ts";
import type { PolicyKind, RunBy } from "./model.ts";
import { readPolicy } from "./read-policy.ts";

export const HOUR = 3600;

/** An act as a stored request carries it out. */
export type Run = (ctx: Context, request: StoredRequest) => Promise<unknown>;

const digestOf = (text: string) => createHash("sha256").update(text).digest();

/** An act of a test under the guard of four eyes, as a route declares it. */
export function guardedBy(
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

/** How the approved request is done. */
export const runStored =
  (run: Run) =>
  (ctx: Context, { request }: { request: StoredRequest }) =>
    run(ctx, request);

/** The same under the guard of four eyes, as its route declares it. */
export const guardStored =
  (run: Run) =>
  async (_: Context, { request }: { request: StoredRequest }): Promise<GuardedRequest> => ({
    ...guardedBy(run, { body: request.body }),
    act: (own) => run(own, request),
  });

/** Both, for whoever looks whether it would still be the same. */
export const stored = (run: Run) => ({ runStored: runStored(run), guardStored: guardStored(run) });

/** Two owners before each test, who are there at seconds from the start: one who asks and one who decides; and an act to ask for. */
export function approvalsFixture(world: TestContexts) {
  const { makeAdmin, openSession } = sessionFixture(() => world.db, Date.now());
  type Owner = Awaited<ReturnType<typeof person>>;
  let owners: readonly [Owner, Owner];
  beforeEach(async () => {
    owners = [await person(), await person()];
  });
  const asker = (seconds: number): Context => owners[0].at(seconds);
  const other = (seconds: number): Context => owners[1].at(seconds);

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

  /** Keeps expired tokens for another time. */
  const keepFor: Run = async (ctx, { body }) => {
    const { days } = body as { days: number };
    const { version } = await getOrganisation(systemContext(world.db, "test"));
    return changeRetention(ctx, { version, expiredTokenDays: days, leaving: [] });
  };
  const keep = (days: number) => guardedBy(keepFor, { body: { days } });

  /** Does what wants a proof for this very act with one. */
  const proven = <T>(ctx: Context, act: () => Promise<T>): Promise<T> =>
    act().catch(async (error: unknown) => {
      if (!(error instanceof StepUpRequired) || error.subject === null) throw error;
      await prove(ctx, error.subject);
      return act();
    });

  const ask = (ctx: Context, guarded = keep(200)) =>
    proven(ctx, () => askForApproval(ctx, guarded, { kind: "retention", reason: "Costs too much" }));

  async function approveAs(ctx: Context, id: string, run: Run = keepFor) {
    await prove(ctx, id);
    return approve(ctx, { id, note: "agreed" }, runStored(run));
  }

  const keptDays = async () =>
    (await world.db.query<{ days: number }>("SELECT expired_token_days AS days FROM organisation"))[0]?.days;
  const acts = async (count: number) =>
    (
      await world.db.query<{
        act: string;
        actorName: string;
        reason: string | null;
        after: Record<string, unknown> | null;
      }>(
        `SELECT act, actor_name AS "actorName", reason, after FROM audit_entry ORDER BY sequence DESC LIMIT $1::int`,
        [count],
      )
    ).reverse();

  return {
    asker,
    other,
    get askerId() {
      return owners[0].id;
    },
    get otherId() {
      return owners[1].id;
    },
    person,
    prove,
    proven,
    turnOn,
    keepFor,
    keep,
    ask,
    approveAs,
    keptDays,
    acts,
  };
}
