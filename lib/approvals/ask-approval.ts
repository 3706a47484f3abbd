import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Permission } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Transaction } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { DescribedPlan } from "../order-plans/describe-plan.ts";
import { requireFreshProof, spendFreshProof } from "../step-up/fresh-proof.ts";
import {
  APPROVAL_COLUMNS,
  type ApprovalRecord,
  approvalRowOf,
  approvalTarget,
  isOpen,
  type StoredRequest,
} from "./approval-row.ts";
import { keepPlan } from "./keep-plan.ts";
import {
  APPROVAL_SECONDS,
  type ApprovalRow,
  GUARDED_WORDS,
  type GuardedKind,
  OPEN_MAX,
  type RunBy,
  type Shown,
} from "./model.ts";
import { doesNothing, NOTHING_LEFT } from "./nothing-left.ts";
import type { Pass } from "./pass.ts";
import { personOf } from "./person.ts";
import { proofSubject } from "./proof-subject.ts";
import { readApproval } from "./read-approval.ts";
import { describedOf, shownOf, summaryOf } from "./shown.ts";
import { takeBack } from "./take-back.ts";
import { tellOfApproval } from "./tell.ts";
import { tryOut } from "./try-out.ts";

/** A request that wants a second person, and how it is done. */
export type GuardedRequest = {
  summary: string;
  method: string;
  path: string;
  /** What the door asks for, beside what the act does. */
  permission: Permission | null;
  /** Null where it holds a secret: then it is sent again. */
  request: StoredRequest | null;
  /** Tells the very same request of the same actor from all others. */
  digest: Buffer;
  runBy: RunBy;
  act: (ctx: Context) => Promise<unknown>;
};

/** An open approval of the very same request, as it was asked for by the same actor; the one that is approved first. */
export async function findOpen(
  db: Sql,
  { actor, now }: Pick<Context, "actor" | "now">,
  digest: Buffer,
): Promise<ApprovalRecord | null> {
  const [found] = await run<ApprovalRecord>(
    db,
    sql`SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.state IN ('pending', 'approved') AND a.expires_at > ${now}::timestamptz AND a.way = 'asked'
      AND a.digest = ${digest}::bytea AND a.actor_kind = ${actor.kind} AND a.actor_id = ${actor.id} ORDER BY a.state = 'approved' DESC, a.created_at LIMIT 1`,
  );
  return found ?? null;
}

async function requireRoom(tx: Sql, ctx: Context, person: string): Promise<void> {
  // of two at once the second waits, and sees the first
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.approvals ' || $1::text))) l",
    [person],
  );
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM approval WHERE state IN ('pending', 'approved') AND expires_at > $2::timestamptz AND person_id = $1::text`,
    [person, ctx.now],
  );
  if ((row?.count ?? 0) >= OPEN_MAX)
    throw new DomainError(
      "TOO_MANY_ATTEMPTS",
      `${OPEN_MAX} acts of yours wait for a second person already. Withdraw some, or wait for them.`,
    );
}

const INSERT = `
  INSERT INTO approval (id, way, state, kinds, summary, method, path, request, digest, run_by, permissions, plan_kind, plan_id, shown, reason,
    actor_kind, actor_id, actor_name, person_id, created_at, expires_at, ended_at, changed, owners_before)
  VALUES ($1::uuid, $2::text, $3::text, $4::text[], $5::text, $6::text, $7::text, $8::jsonb, $9::bytea, $10::text, $11::text[], $12::text, $13::uuid,
    $14::jsonb, $15::text, $16::text, $17::text, $18::text, $19::text, $20::timestamptz, $21::timestamptz, $22::timestamptz, '{}', $23::uuid[])`;

/** Writes down what is asked for, or what was done without asking. */
export async function insertApproval(
  tx: Sql,
  ctx: Context,
  {
    id,
    way,
    guarded,
    pass,
    shown,
    reason,
    person,
    ownersBefore = null,
  }: {
    id: string;
    way: "asked" | "break_glass";
    guarded: Omit<GuardedRequest, "act">;
    pass: Pick<Pass, "kinds" | "permissions" | "plan">;
    shown: Shown;
    reason: string;
    person: string;
    ownersBefore?: readonly string[] | null;
  },
): Promise<void> {
  const isAsked = way === "asked";
  const permissions = new Set([...pass.permissions, ...(guarded.permission ? [guarded.permission] : [])]);
  await tx.query(INSERT, [
    id,
    way,
    isAsked ? "pending" : "done",
    [...pass.kinds],
    guarded.summary,
    guarded.method,
    guarded.path,
    isAsked && guarded.request !== null ? JSON.stringify(guarded.request) : null,
    guarded.digest,
    guarded.runBy,
    [...permissions].sort(),
    pass.plan?.kind ?? null,
    pass.plan?.id ?? null,
    JSON.stringify(shown),
    reason,
    ctx.actor.kind,
    ctx.actor.id,
    ctx.actor.name,
    person,
    ctx.now,
    new Date(ctx.now.getTime() + (isAsked ? APPROVAL_SECONDS * 1000 : 0)),
    isAsked ? null : ctx.now,
    ownersBefore,
  ]);
}

/** Why it waits, for the log. */
export function kindsInWords(kinds: Iterable<GuardedKind>): string[] {
  return [...kinds].map((kind) => GUARDED_WORDS[kind].name);
}

async function write(
  tx: Transaction,
  ctx: Context,
  asked: {
    guarded: GuardedRequest;
    pass: Pass;
    shown: Shown;
    described: DescribedPlan | null;
    reason: string;
    person: string;
    insteadOf: string | undefined;
    proof: string | null;
  },
): Promise<string> {
  const { pass, shown, reason, person, insteadOf, proof } = asked;
  const guarded = {
    ...asked.guarded,
    summary: summaryOf(asked.guarded.summary, shown, asked.described, pass.title),
  };
  if (insteadOf !== undefined) {
    const before = await readApproval(tx, insteadOf, true);
    if (isOpen(before, ctx.now)) await takeBack(tx, ctx, before);
  }
  await requireRoom(tx, ctx, person);
  const same = await findOpen(tx, ctx, guarded.digest);
  if (same !== null) return same.id;
  if (proof !== null) await spendFreshProof(tx, ctx, proof);
  const id = uuidv7(ctx.now);
  await insertApproval(tx, ctx, { id, way: "asked", ...asked, guarded });
  if (pass.plan !== null)
    await keepPlan(tx, pass.plan, new Date(ctx.now.getTime() + APPROVAL_SECONDS * 1000));
  const { summary } = guarded;
  const { kind: actorKind, name: actorName } = ctx.actor;
  const told = { id, summary, reason, personId: person, actorKind, actorName };
  await tellOfApproval(tx, ctx, told, { what: "asked", permissions: [...pass.permissions] });
  await recordEntry(tx, ctx, {
    act: "approval.requested",
    target: approvalTarget({ id, summary }),
    note: reason,
    after: {
      why: kindsInWords(pass.kinds),
      acts: shown.acts.slice(0, 20).map(({ act, target }) => `${act} ${target.name}`),
    },
  });
  return id;
}

/** What the proof has to be for of a person who asks; null for a program, which nobody can ask. Of what is planned anew each time it is asked again the one before tells. */
function proofOf(ctx: Context, { digest }: GuardedRequest, insteadOf: string | undefined): string | null {
  if (ctx.actor.kind !== "admin") return null;
  return insteadOf === undefined
    ? proofSubject({ act: "ask", digest })
    : proofSubject({ act: "ask again", id: insteadOf });
}

/**
 * Asks for a second person to do, as planned and once, what a request would do: it is tried out and taken back, and what it would have done is what others see. The very same
 * request that waits already is answered again. A person shows who they are for this very act, once, however lately they did for another. Recorded as `approval.requested`.
 *
 * @param asked.insteadOf an approval of the same actor that is withdrawn with it, where it still waits.
 * @throws {StepUpRequired} with what tells this request from others as its subject
 * @throws {DomainError} FORBIDDEN, whatever the act refuses; TOO_MANY_ATTEMPTS where too many wait.
 */
export async function askForApproval(
  ctx: Context,
  guarded: GuardedRequest,
  { kind, reason, insteadOf }: { kind: GuardedKind; reason: string; insteadOf?: string },
): Promise<ApprovalRow> {
  const person = personOf(ctx.actor);
  if (person === null) throw new DomainError("FORBIDDEN", "Your role does not allow this.");
  if (guarded.permission !== null) requirePermission(ctx, guarded.permission);
  const proof = proofOf(ctx, guarded, insteadOf);
  if (proof !== null) await requireFreshProof(ctx.db, ctx, proof);
  const pass = await tryOut(ctx, kind, guarded.act, { skipsStepUp: proof !== null });
  if (insteadOf !== undefined && doesNothing(pass)) throw new DomainError("ALREADY_ENDED", NOTHING_LEFT);
  // by now it may want nobody; who asks again wants somebody all the same
  if (pass.kinds.size === 0) pass.kinds.add(kind);
  const described = await describedOf(ctx, pass);
  const shown = shownOf(described, pass, ctx.now);
  const asked = { guarded, pass, shown, described, reason, person, insteadOf, proof };
  const id = await ctx.db.transaction((tx) => write(tx, ctx, asked));
  const [record] = await run<ApprovalRecord>(
    ctx.db,
    sql`SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.id = ${id}::uuid`,
  );
  return approvalRowOf(record as ApprovalRecord, ctx.now);
}
