import { recordEntry } from "#lib/audit/record-entry.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import { RequestRefusal } from "./problem.ts";
import type { AnyRouteSpec } from "./route-spec.ts";

/**
 * Puts a refused act on record, in a transaction of its own, after everything it tried was rolled back: who tried what.
 * Only what a known actor was not allowed to do; a stranger or a typing mistake leaves no entry.
 */
export async function recordRefusal(
  ctx: Context,
  spec: Pick<AnyRouteSpec, "method" | "path" | "permission" | "summary">,
  segments: Record<string, unknown>,
  error: unknown,
): Promise<void> {
  const isForbidden = error instanceof DomainError && error.code === "FORBIDDEN";
  const isCrossSite = error instanceof RequestRefusal && error.code === "CROSS_SITE";
  if (ctx.actor.kind === "anonymous" || !(isForbidden || isCrossSite)) return;
  const noun = spec.permission.includes(":") ? (spec.permission.split(":")[0] as string) : "request";
  // a case is named by its number
  const named = segments.id ?? segments.number;
  const id =
    typeof named === "string" || typeof named === "number"
      ? String(named).slice(0, 100).replaceAll("\0", "")
      : "-";
  await ctx.db.transaction((tx) =>
    recordEntry(tx, ctx, {
      act: `${noun.replaceAll("-", "_")}.refused`,
      target: { kind: noun.replaceAll("-", "_"), id, name: `${spec.method} ${spec.path}` },
      note: spec.summary,
      errorCode: error.code,
    }),
  );
}
