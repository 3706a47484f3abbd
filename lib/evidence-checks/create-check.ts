import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { CHECK_COLUMNS, type CheckRecord, checkOf } from "./check-row.ts";
import type { CreateCheckInput } from "./input.ts";
import type { EvidenceCheck } from "./model.ts";

/** Two that come at once are counted one after the other. */
const COUNTING_LOCK = "SELECT pg_advisory_xact_lock(hashtext('tokenwarden.evidence_check'))::text";
/** Under way at once, of all: a worker does one after the other. */
const OPEN_MAX = 4;

/**
 * Asks for the verification of a span of the evidence: a worker does it, and what it finds is kept and on record. Needs `evidence:verify`.
 *
 * @throws {DomainError} INVALID_INPUT for a span that has not begun, TOO_MANY_ATTEMPTS where too many are under way, FORBIDDEN
 */
export async function createCheck(ctx: Context, { from, until }: CreateCheckInput): Promise<EvidenceCheck> {
  requirePermission(ctx, "evidence:verify");
  if (Date.parse(from) >= ctx.now.getTime())
    throw new DomainError("INVALID_INPUT", "from: has not come yet.", {
      fields: [{ path: "from", message: "has not come yet" }],
    });
  return ctx.db.transaction(async (tx) => {
    await tx.query(COUNTING_LOCK);
    const open = await tx.query("SELECT FROM evidence_check WHERE state IN ('waiting', 'running')");
    if (open.length >= OPEN_MAX)
      throw new DomainError(
        "TOO_MANY_ATTEMPTS",
        `${OPEN_MAX} verifications are under way. Wait for one to end, or cancel it.`,
      );
    const [record] = await tx.query<CheckRecord>(
      `INSERT INTO evidence_check (id, from_at, until_at, actor_kind, actor_id, actor_name, state, created_at)
       VALUES ($1::uuid, $2::timestamptz, least($3::timestamptz, $7::timestamptz), $4::text, $5::text, $6::text, 'waiting', $7::timestamptz)
       RETURNING ${CHECK_COLUMNS}`,
      [uuidv7(ctx.now), from, until, ctx.actor.kind, ctx.actor.id, ctx.actor.name, ctx.now],
    );
    return checkOf(record as CheckRecord);
  });
}
