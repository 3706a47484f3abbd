import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { SELECTION_MAX } from "../order-plans/model.ts";
import { transactionWithinTime } from "../order-plans/write-plan.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { whyPlanWaits } from "../step-up/require-bulk-step-up.ts";
import { type LifetimeChange, lookAtChange, settingsText } from "./lifetime-change.ts";
import { countOutliving, freezeOutliving, type NewLimits, type Slice, selectOutliving } from "./outliving.ts";
import type { LifetimePreview, ShorteningPlan } from "./preview-model.ts";
import { previewSentences } from "./preview-words.ts";

/** What freezing may take. */
const FREEZE_MS = 15_000;

/** What is asked of whoever ends so many tokens at once. */
export function termsOf(tokens: number, wideOrderTokens: number) {
  const isWide = tokens > wideOrderTokens;
  return { needsOwner: isWide, confirm: isWide ? `${tokens} tokens` : null };
}

async function freeze(
  ctx: Context,
  change: LifetimeChange,
  limits: NewLimits,
): Promise<ShorteningPlan | null> {
  const { orderPlanMinutes, wideOrderTokens } = await readOrganisation(ctx.db);
  const live = await selectOutliving(ctx, limits);
  const id = uuidv7(ctx.now);
  const expiresAt = new Date(ctx.now.getTime() + orderPlanMinutes * 60_000);
  const ofId = change.kind === "organisation" ? "1" : change.id;
  const settings = settingsText(change.settings);
  const slices = await transactionWithinTime<Slice[]>(ctx.db, FREEZE_MS, async (tx) => {
    await tx.query(
      `INSERT INTO lifetime_plan (id, actor_kind, actor_id, created_at, expires_at, of_kind, of_id, settings, tokens)
       VALUES ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz, $6::text, $7::text, $8::jsonb, 0)`,
      [id, ctx.actor.kind, ctx.actor.id, ctx.now, expiresAt, change.kind, ofId, settings],
    );
    const filters = { outlives: change.kind, id: ofId };
    const frozen = await freezeOutliving(tx, { live, planId: id, filters, now: ctx.now, max: SELECTION_MAX });
    const tokens = frozen.reduce((sum, slice) => sum + slice.tokens, 0);
    if (tokens > SELECTION_MAX)
      throw new DomainError(
        "INVALID_INPUT",
        `More than ${SELECTION_MAX.toLocaleString("en")} tokens outlive the new limits. Save without shortening them, and take them back by client.`,
        { fields: [{ path: "shorten", message: "reaches too many tokens" }] },
      );
    await tx.query("UPDATE lifetime_plan SET tokens = $2::int WHERE id = $1::uuid", [id, tokens]);
    return frozen;
  });
  if (slices === null)
    throw new DomainError(
      "UNAVAILABLE",
      "Freezing these tokens takes too long. Save without shortening them.",
    );
  if (slices.length === 0) return null;
  const tokens = slices.reduce((sum, slice) => sum + slice.tokens, 0);
  return {
    id,
    expiresAt: expiresAt.toISOString(),
    tokens,
    ends: slices.map((slice) => ({ at: slice.endsAt?.toISOString() ?? null, tokens: slice.tokens })),
    ...termsOf(tokens, wideOrderTokens),
    secondPerson: await whyPlanWaits(ctx, { verb: "revoke", targetKind: "selection", tokens, isExact: true }),
  };
}

/**
 * How many live tokens outlive lifetimes that are about to be saved, and, with `shorten`, exactly which: they are frozen for minutes, for whoever asked,
 * with when each is to end, and end by the change that carries the plan's id. Changes no token. Needs what the change needs, and with `shorten`
 * `order:write`.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT for what could not be saved or reaches too many, UNAVAILABLE where freezing takes too long.
 */
export async function previewLifetimes(
  ctx: Context,
  { shorten, ...change }: LifetimeChange & { shorten: boolean },
): Promise<LifetimePreview> {
  requirePermission(ctx, `${change.kind}:write`);
  if (shorten) requirePermission(ctx, "order:write");
  const { limits } = await lookAtChange(ctx, change);
  const isNothing = limits.by === "client" && limits.limits.length === 0;
  const counted = isNothing
    ? { access: 0, refresh: 0, clients: 0, over: 0, endsAt: null, expiresAt: null, isExact: true }
    : await countOutliving(ctx, limits);
  const facts = {
    access: counted.access,
    refresh: counted.refresh,
    isExact: counted.isExact,
    clients: counted.clients,
    over: counted.over,
    endsAt: counted.endsAt?.toISOString() ?? null,
    expiresAt: counted.expiresAt?.toISOString() ?? null,
  };
  const plan = shorten && !isNothing ? await freeze(ctx, change, limits) : null;
  return { ...facts, sentences: previewSentences(facts), plan };
}
