import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { readTokensOf } from "./case-tokens.ts";
import type { WindowOf } from "./input.ts";
import type { CompromiseWindow } from "./model.ts";
import { readCaseUses } from "./read-case-uses.ts";
import { readRefusals } from "./read-refusals.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { nameSubjects } from "./save-subjects.ts";
import { requirePastWindow } from "./set-window.ts";

/** No case has it. */
const NO_CASE = "00000000-0000-0000-0000-000000000000";

/**
 * What was done with a token, a family, or the tokens of a user or client before, during and after a window, as a case on it would show it: from `from` on, or from when
 * the log suggests. Nothing is changed, and nothing is kept: a case keeps a window. Needs `incident:read` and `audit:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT for a window in the future
 */
export async function getCompromiseWindow(
  ctx: Context,
  { kind, id, from }: WindowOf & { from?: Date | undefined },
): Promise<CompromiseWindow> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "audit:read");
  if (from !== undefined) requirePastWindow(ctx.now, from, "from");
  const subjects = await namedOf(ctx, kind, id);
  const window = from === undefined ? await suggestFor(ctx, subjects) : { from, why: null };
  const tokens = await readTokensOf(ctx, { subjects, compromisedFrom: window.from });
  const refusals = await readRefusals(ctx, NO_CASE, tokens);
  const scope = { id: NO_CASE, compromisedFrom: window.from };
  const { rows: _, more: __, ...uses } = await readCaseUses(ctx, scope, refusals, 0);
  return { ...uses, isSuggested: window.why !== null, why: window.why, tokens: tokens.rows.length };
}

async function namedOf(ctx: Context, kind: WindowOf["kind"], id: string) {
  try {
    return await nameSubjects(ctx.db, { tokenIds: [], subjects: [{ kind, id }] });
  } catch (error) {
    // here it is the address that names it
    if (kind === "token") throw notFound("The token");
    throw error;
  }
}

async function suggestFor(ctx: Context, subjects: readonly WindowOf[]): Promise<{ from: Date; why: string }> {
  const { rows } = await readTokensOf(ctx, { subjects, compromisedFrom: ctx.now });
  const suggested = await readSuggestedWindow(ctx, rows);
  return suggested ?? { from: ctx.now, why: "Nothing on record tells when it began." };
}
