import type { Act } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { type DescribedPlan, describePlan } from "../order-plans/describe-plan.ts";
import { actSentences } from "./act-sentences.ts";
import { countsOf, Fingerprint } from "./fingerprint.ts";
import { ACTS_SHOWN, type ComparedActs, MADE_ANEW, type Shown, type ShownAct } from "./model.ts";
import type { Pass } from "./pass.ts";
import { actsTitle, planTitle } from "./title-words.ts";

function withoutMade(value: unknown, made: ReadonlySet<string>): unknown {
  if (typeof value === "string")
    return [...made].reduce((text, name) => text.replaceAll(name, MADE_ANEW), value);
  if (Array.isArray(value)) return value.map((one) => withoutMade(one, made));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutMade(one, made)]));
}

function shownActOf({ act, target, reason, note, before, after }: Act): ShownAct {
  return {
    act,
    target,
    reason: reason ?? null,
    note: note ?? null,
    before: before ?? null,
    after: after ?? null,
  };
}

/** As JSON has it, without what is made anew each time. */
function plainOf(act: Act, made: ReadonlySet<string>): ShownAct {
  return withoutMade(JSON.parse(JSON.stringify(shownActOf(act))), made) as ShownAct;
}

/**
 * The acts of a pass as they are shown and compared. Of very many the first are written down; all others have one fingerprint.
 *
 * @param at when they were done, or tried out.
 */
export function actsOf({ acts, made }: Pick<Pass, "acts" | "made">, at: Date): Required<ComparedActs> {
  const shown = acts.slice(0, ACTS_SHOWN).map((act) => plainOf(act, made));
  const isAll = acts.length <= ACTS_SHOWN;
  const rest = new Fingerprint(at);
  for (let n = ACTS_SHOWN; n < acts.length; n += 1) rest.add(plainOf(acts[n] as Act, made));
  return {
    acts: shown,
    actCount: acts.length,
    counts: countsOf(acts),
    rest: isAll ? null : rest.end(),
  };
}

/** Targets that there is one of: their name says nothing that the title has not. */
const ONLY_ONES = new Set([
  "organisation",
  "mail_settings",
  "notification_settings",
  "notification_webhook",
  "sign_in_policy",
  "approval_policy",
]);

/** What it is called: what its plan or its acts would do, else what the route does, and upon what. */
export function summaryOf(
  summary: string,
  { acts, actCount }: Pick<Shown, "acts" | "actCount">,
  described: Pick<DescribedPlan, "facts"> | null,
  own: string | null = null,
): string {
  const title = described === null ? (own ?? actsTitle({ acts, actCount })) : planTitle(described.facts);
  if (title !== null) return title;
  const what = summary.split(";")[0] as string;
  const [first] = acts;
  const upon = first === undefined || ONLY_ONES.has(first.target.kind) ? undefined : first.target.name;
  return upon === undefined || upon === "" || upon.includes(MADE_ANEW) ? what : `${what}: ${upon}`;
}

/** A plan that binds an act, in words, or the one that an order without a plan would have; null where it has none. It takes long: before anything is locked, or after. */
export async function describedOf(
  ctx: Context,
  pass: Pick<Pass, "plan" | "reach">,
): Promise<DescribedPlan | null> {
  if (pass.plan === null && pass.reach !== null) {
    const { id } = await createPlan(ctx, { verb: "revoke", target: pass.reach });
    pass.plan = { kind: "order", id };
  }
  return pass.plan?.kind === "order" ? describePlan(ctx, pass.plan.id) : null;
}

/** What others are shown: the plan that binds it in words, and what it would record. */
export function shownOf(described: DescribedPlan | null, pass: Pass, at: Date): Shown {
  if (described === null) {
    const acts = actsOf(pass, at);
    return { sentences: actSentences(acts, pass.says), plan: null, rows: pass.rows, ...acts };
  }
  const { sentences, facts: _, ...plan } = described;
  return { sentences: [...sentences, ...pass.says], plan, ...actsOf(pass, at) };
}
