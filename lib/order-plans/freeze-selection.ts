import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type PlanTargetInput, SELECTION_MAX } from "./model.ts";
import type { PlanTarget } from "./plan-target.ts";
import { plural } from "./plan-words.ts";
import { filterWords, parseTokenFilters, selectListed, selectMatching } from "./selected-tokens.ts";
import { insertPlan, nameReach, type PlanDraft, type Reach, transactionWithinTime } from "./write-plan.ts";

/** What freezing may take; a filter that takes longer is to be narrowed. */
const FREEZE_MS = 15_000;

type SelectionInput = Extract<PlanTargetInput, { kind: "selection" }>;

function refused(input: SelectionInput, message: string): DomainError {
  const path = "filters" in input ? "target.filters" : "target.tokenIds";
  return new DomainError("INVALID_INPUT", message, { fields: [{ path, message }] });
}

function targetOf(id: string, name: string): PlanTarget {
  return {
    kind: "selection",
    id,
    name,
    from: sql`(SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${id}::uuid) f
      JOIN token t ON t.issued_at = uuid_extract_timestamp(f.id) AND t.id = f.id`,
    where: sql`true`,
    // no token comes to a frozen selection
    tokens: sql`false`,
    found: null,
    widenedFrom: null,
    memberIds: null,
  };
}

/** The target of a selection that was frozen before. */
export function frozenTarget(id: string, name: string): PlanTarget {
  return targetOf(id, name);
}

/**
 * Freezes the live tokens that a filter matches now, or those of a list, with the plan that names their holders.
 *
 * @throws {DomainError} INVALID_INPUT where nothing live matches or too much; UNAVAILABLE where it takes too long.
 */
export async function freezeSelection(
  ctx: Context,
  input: SelectionInput,
  draft: PlanDraft,
  finish: (tx: Parameters<typeof insertPlan>[0], reach: Reach) => Promise<void>,
): Promise<{ target: PlanTarget; reach: Reach }> {
  const id = uuidv7(ctx.now);
  const filters = "filters" in input ? parseTokenFilters(input.filters) : null;
  const live =
    filters === null
      ? await selectListed(ctx, "tokenIds" in input ? input.tokenIds : [])
      : await selectMatching(ctx, filters);
  const none = () => refused(input, "No live token matches: there is nothing to take back.");
  if (live === null) throw none();
  const frozen = await transactionWithinTime(ctx.db, FREEZE_MS, async (tx) => {
    await run(
      tx,
      sql`INSERT INTO selection (id, filters, size, created_at) VALUES (${id}::uuid, ${JSON.stringify("filters" in input ? input.filters : {})}::jsonb, 0,
        ${ctx.now}::timestamptz)`,
    );
    await insertPlan(tx, draft);
    const reach = await nameReach(tx, draft.id, live, id);
    if (reach.tokens === 0) throw none();
    if (reach.tokens > SELECTION_MAX)
      throw refused(
        input,
        `More than ${SELECTION_MAX.toLocaleString("en")} tokens match. Narrow the filter, or take them back by client, permission or audience.`,
      );
    const words = filters === null ? "" : ` with ${filterWords(filters)}`;
    const name = `${plural(reach.tokens, "token", "tokens")}${filters === null ? " picked by hand" : words}`;
    await run(tx, sql`UPDATE selection SET size = ${reach.tokens}::int WHERE id = ${id}::uuid`);
    await run(
      tx,
      sql`UPDATE order_plan SET target_id = ${id}, target_name = ${name} WHERE id = ${draft.id}::uuid`,
    );
    await finish(tx, reach);
    return { target: targetOf(id, name), reach };
  });
  if (frozen === null)
    throw new DomainError("UNAVAILABLE", "Freezing these tokens takes too long. Narrow the filter.");
  return frozen;
}
