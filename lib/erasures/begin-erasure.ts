import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { isUuid, uuidv7 } from "../ids.ts";
import { ERASURE_BEGUN } from "../seals/erasures.ts";
import { readUser } from "../users/get-user.ts";
import { ERASURE_COLUMNS, type ErasureRecord, erasureOf } from "./erasure-row.ts";
import { countUses, readRefusals } from "./get-erasure-plan.ts";
import type { BeginErasureInput } from "./input.ts";
import { isNamedIn, readMentions } from "./mentions.ts";
import { ERASED_NAME, type Erasure } from "./model.ts";

function badInput(path: string, message: string): DomainError {
  return new DomainError("INVALID_INPUT", `${path}: ${message}.`, { fields: [{ path, message }] });
}

/** The act stays for as long as acts do: a note that names the person would outlive what it is about. */
async function requireNamesNobody(tx: Sql, userId: string, note: string): Promise<void> {
  const { emails, names } = await readMentions(tx, userId);
  if ([...emails, ...names].some((one) => isNamedIn(note, one)))
    throw badInput("note", "names the person: it stays on record after they are erased");
}

/**
 * Asks for somebody's data to be erased: a worker does it in batches, and nothing ends it. The act `user.erasure_begun` says from then on that rows of theirs may be in the
 * form of erased ones. Needs `user:erase`, and a fresh proof.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, CONFLICT where something stands against it, INVALID_INPUT for another address than theirs, or a note that is
 *   missing or names them.
 */
export async function beginErasure(
  ctx: Context,
  { userId, reason, note, confirm }: BeginErasureInput & { userId: string },
): Promise<Erasure> {
  requirePermission(ctx, "user:erase");
  await requireApproval(ctx, "retention");
  if (reason === "unspecified" && note === "") throw badInput("note", "is needed where no reason is given");
  const uses = isUuid(userId) ? await countUses(ctx.db, userId) : 0;
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const user = await readUser(tx, { id: userId, now: ctx.now });
    const refusals = await readRefusals(tx, user);
    if (refusals.length > 0) throw new DomainError("CONFLICT", refusals.join(" "));
    if (confirm.trim().toLowerCase() !== user.email)
      throw badInput("confirm", "must be the e-mail address of the user");
    await requireNamesNobody(tx, user.id, note);
    const [record] = await tx.query<ErasureRecord>(
      `INSERT INTO erasure (id, user_id, state, reason, note, actor_kind, actor_id, actor_name, created_at, total)
       VALUES ($1::uuid, $2::uuid, 'waiting', $3::text, $4::text, $5::text, $6::text, $7::text, $8::timestamptz,
         (SELECT count(*) FROM token t WHERE t.user_id = $2::uuid AND (t.ip IS NOT NULL OR t.user_agent IS NOT NULL))
           + coalesce($9::bigint, (SELECT coalesce(sum(c.use_count + c.refused_count), 0) FROM token_usage c JOIN token t ON t.id = c.token_id
             WHERE t.user_id = $2::uuid)))
       RETURNING ${ERASURE_COLUMNS}`,
      [uuidv7(ctx.now), user.id, reason, note, ctx.actor.kind, ctx.actor.id, ctx.actor.name, ctx.now, uses],
    );
    if (record === undefined) throw new Error("the erasure was not written");
    await recordEntry(tx, ctx, {
      act: ERASURE_BEGUN,
      target: { kind: "user", id: user.id, name: ERASED_NAME },
      reason,
      note: note === "" ? undefined : note,
      after: { erasure: record.id },
    });
    return erasureOf(record);
  });
}
