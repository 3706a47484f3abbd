import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { findSubject } from "./find-subject.ts";
import type { LifelineKind, LifelineSubject } from "./model.ts";

/**
 * What a lifeline would be of, without reading the log for it. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT for what is no address
 */
export async function getLifelineSubject(
  ctx: Context,
  { kind, id }: { kind: LifelineKind; id: string },
): Promise<LifelineSubject> {
  requirePermission(ctx, "audit:read");
  const { filters: _, ...subject } = await findSubject(ctx.db, kind, id);
  return subject;
}
