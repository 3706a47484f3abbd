import { can } from "#lib/authz/require-permission.ts";
import type { Context } from "#lib/context.ts";
import { getCompromiseWindow } from "#lib/incidents/get-compromise-window.ts";
import type { CompromiseWindow, IncidentRow, SubjectKind } from "#lib/incidents/model.ts";
import type { WindowParam } from "./window-param.ts";

type PageWindow = { window: CompromiseWindow | null; inCase: IncidentRow | null };

function caseOf(kind: SubjectKind, cases: readonly IncidentRow[]): IncidentRow | null {
  const open = cases.find(({ state }) => state !== "closed");
  // whoever holds tokens has others since
  return open ?? (kind === "token" || kind === "family" ? cases[0] : undefined) ?? null;
}

/** The window that a page shows: the one that its address asks for, else that of the newest case that is not closed; of a token or a family also that of one that is. */
export async function readWindow(
  ctx: Context,
  of: { kind: SubjectKind; id: string },
  asked: WindowParam,
  cases: readonly IncidentRow[],
): Promise<PageWindow> {
  const inCase = asked === null ? caseOf(of.kind, cases) : null;
  const isFuture = asked instanceof Date && asked > ctx.now;
  if (
    (asked === null && inCase === null) ||
    isFuture ||
    !can(ctx, "incident:read") ||
    !can(ctx, "audit:read")
  )
    return { window: null, inCase: null };
  const from = inCase !== null ? new Date(inCase.compromisedFrom) : asked instanceof Date ? asked : undefined;
  return { window: await getCompromiseWindow(ctx, { ...of, from }), inCase };
}
