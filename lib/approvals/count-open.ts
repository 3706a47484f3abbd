import { roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { BrokenGlass, OpenApprovals } from "./model.ts";
import { CAME_AFTER } from "./owners-before.ts";
import { IS_ASKER_IN } from "./requester.ts";

type Row = { id: string; state: string; personId: string; actorId: string; permissions: string[] };

const OPEN = `SELECT id, state, person_id AS "personId", actor_id AS "actorId", permissions FROM approval p
  WHERE state IN ('pending', 'approved') AND expires_at > $1::timestamptz AND ${IS_ASKER_IN("p")} ORDER BY expires_at LIMIT 1000`;
const TO_REVIEW = `SELECT g.id, g.summary, g.actor_name AS by, g.reason, g.created_at AS at FROM approval g
  WHERE g.way = 'break_glass' AND g.reviewed_at IS NULL AND g.person_id <> $3::text AND NOT (${CAME_AFTER}) ORDER BY g.created_at LIMIT 20`;

/** For the frame around every page; nobody but a signed-in admin has any. */
export async function countOpen(ctx: Context): Promise<OpenApprovals> {
  const { actor } = ctx;
  if (actor.kind !== "admin") return { toDecide: 0, toDo: 0, toReview: [] };
  const [open, broken] = await Promise.all([
    ctx.db.query<Row>(OPEN, [ctx.now]),
    actor.role === "owner"
      ? ctx.db.query<Omit<BrokenGlass, "at"> & { at: Date }>(TO_REVIEW, [actor.id, ctx.now, actor.id])
      : [],
  ]);
  const mayDecide = roleHas(actor.role, "approval:decide");
  const toDecide = open.filter(
    ({ state, personId, permissions }) =>
      state === "pending" &&
      mayDecide &&
      personId !== actor.id &&
      permissions.every((one) => roleHas(actor.role, one as never)),
  );
  const toDo = open.filter(({ state, actorId }) => state === "approved" && actorId === actor.id);
  return {
    toDecide: toDecide.length,
    toDo: toDo.length,
    toReview: broken.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
  };
}
