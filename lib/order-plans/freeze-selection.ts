import type { Context } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { type PlanTargetInput, SELECTION_MAX } from "./model.ts";
import type { PlanTarget } from "./plan-target.ts";
import { plural } from "./plan-words.ts";
import {
  filterWords,
  parseTokenFilters,
  selectFrozen,
  selectListed,
  selectMatching,
} from "./selected-tokens.ts";
import { insertPlan, nameReach, type PlanDraft, type Reach, transactionWithinTime } from "./write-plan.ts";

/** What freezing may take; a filter that takes longer is to be narrowed. */
const FREEZE_MS = 15_000;

type SelectionInput = Extract<PlanTargetInput, { kind: "selection" }>;

function refused(input: SelectionInput, message: string): DomainError {
  const part = "filters" in input ? "filters" : "tokenIds" in input ? "tokenIds" : "id";
  return new DomainError("INVALID_INPUT", message, { fields: [{ path: `target.${part}`, message }] });
}

/** What is frozen: the live tokens as a statement, null where none can match, and how the selection is called after "12 tokens". */
type Picked = { live: Fragment | null; filters: object; words: string };

/** The tokens of a selection that an order was placed upon. @throws {DomainError} NOT_FOUND */
async function pickFrozen(ctx: Context, id: string): Promise<Picked> {
  const [earlier] = await run<{ filters: object; name: string }>(
    ctx.db,
    sql`SELECT x.filters, o.target_name AS name FROM revocation_order o JOIN selection x ON x.id = o.target_id::uuid
      WHERE o.target_kind = 'selection' AND o.target_id = ${id} AND o.verb IN ('revoke', 'suspend') ORDER BY o.position LIMIT 1`,
  );
  if (earlier === undefined) throw notFound("The selection");
  const words = earlier.name.replace(/^[\d,]+ tokens?/, "");
  return { live: await selectFrozen(ctx, id), filters: earlier.filters, words };
}

async function pick(ctx: Context, input: SelectionInput): Promise<Picked> {
  if ("id" in input) return pickFrozen(ctx, input.id);
  if ("tokenIds" in input)
    return { live: await selectListed(ctx, input.tokenIds), filters: {}, words: " picked by hand" };
  const filters = parseTokenFilters(input.filters);
  return { live: await selectMatching(ctx, filters), filters: input.filters, words: filterWords(filters) };
}

function targetOf(id: string, name: string): PlanTarget {
  return {
    kind: "selection",
    id,
    name,
    from: sql`(SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${id}::uuid) f
      JOIN token t ON t.issued_at = uuid_extract_timestamp(f.id) AND t.id = f.id`,
    where: sql`true`,
    issuedAt: sql`t.issued_at`,
    // no token comes to a frozen selection
    tokens: sql`false`,
    isWide: false,
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
 * Freezes the live tokens that a filter matches now, or those of a list or of an earlier selection, with the plan that names their holders.
 *
 * @throws {DomainError} INVALID_INPUT where nothing live matches or too much; NOT_FOUND for a selection that no order was placed upon;
 *   UNAVAILABLE where it takes too long.
 */
export async function freezeSelection(
  ctx: Context,
  input: SelectionInput,
  draft: PlanDraft,
  finish: (tx: Parameters<typeof insertPlan>[0], reach: Reach) => Promise<void>,
): Promise<{ target: PlanTarget; reach: Reach }> {
  const id = uuidv7(ctx.now);
  const { live, filters, words } = await pick(ctx, input);
  const none = () => refused(input, "No live token matches: there is nothing to take back.");
  if (live === null) throw none();
  const frozen = await transactionWithinTime(ctx.db, FREEZE_MS, async (tx) => {
    await run(
      tx,
      sql`INSERT INTO selection (id, filters, size, created_at) VALUES (${id}::uuid, ${JSON.stringify(filters)}::jsonb, 0,
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
    const name = `${plural(reach.tokens, "token", "tokens")}${words}`;
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
