import { changesOf } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError, type FieldProblem, notFound } from "../errors.ts";
import type { TuneRuleInput } from "./input.ts";
import { RULE_WORDS, type RuleName, type RuleSettings } from "./model.ts";
import { readRuleSettings } from "./rule-settings.ts";
import { RULES } from "./rules.ts";

/** @throws {DomainError} INVALID_INPUT naming what the rule does not take, or what is out of its bounds */
function requireFits(rule: RuleName, { values, countries, isOn }: TuneRuleInput): void {
  const { thresholds, takesCountries, canMute } = RULES[rule];
  const fields: FieldProblem[] = Object.entries(values).flatMap(([key, value]) => {
    const threshold = Object.hasOwn(thresholds, key) ? thresholds[key] : undefined;
    if (threshold === undefined) return [{ path: `values.${key}`, message: "is no threshold of this rule" }];
    const { min, max } = threshold;
    return value >= min && value <= max
      ? []
      : [{ path: `values.${key}`, message: `must be between ${min} and ${max}` }];
  });
  if (countries.length > 0 && !takesCountries)
    fields.push({ path: "countries", message: "are nothing to this rule" });
  if (!isOn && !canMute) fields.push({ path: "isOn", message: "must be on: this is never switched off" });
  if (fields.length > 0) throw new DomainError("INVALID_INPUT", "The rule cannot be set so.", { fields });
}

/** What of a rule's settings goes on record. */
function audited({ isOn, values, countries }: RuleSettings): Record<string, unknown> {
  return { isOn, ...values, countries };
}

/**
 * Sets what a rule holds for usual of one client, inside its bounds; or switches it off for it. What was found before stays. Needs `detection:tune`.
 * Recorded as `detection_rule.tuned`; a change of nothing records nothing.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT, STALE_VERSION where somebody else tuned it meanwhile
 */
export async function tuneRule(
  ctx: Context,
  { rule, clientId, ...input }: TuneRuleInput & { rule: RuleName; clientId: string },
): Promise<RuleSettings> {
  requirePermission(ctx, "detection:tune");
  requireFits(rule, input);
  return ctx.db.transaction(async (tx) => {
    const [client] = await tx.query<{ clientId: string }>(
      `SELECT client_id AS "clientId" FROM client WHERE id = $1::uuid FOR UPDATE`,
      [clientId],
    );
    if (client === undefined) throw notFound("The client");
    const before = await readRuleSettings(tx, rule, clientId);
    if (before.version !== input.version)
      throw new DomainError(
        "STALE_VERSION",
        `${before.updatedBy ?? "Somebody"} tuned this rule since you opened it. Look at it again and repeat your change.`,
        { fields: [{ path: "version", message: `is ${before.version} now` }] },
      );
    await tx.query(
      `INSERT INTO detection_tuning AS t (rule, client_id, is_on, "values", countries, version, updated_at, updated_by_name)
       VALUES ($1::text, $2::uuid, $3::boolean, $4::jsonb, $5::text[], 1, $6::timestamptz, $7::text)
       ON CONFLICT (client_id, rule) DO UPDATE SET is_on = excluded.is_on, "values" = excluded."values", countries = excluded.countries,
         version = t.version + 1, updated_at = excluded.updated_at, updated_by_name = excluded.updated_by_name`,
      [rule, clientId, input.isOn, JSON.stringify(input.values), input.countries, ctx.now, ctx.actor.name],
    );
    const after = await readRuleSettings(tx, rule, clientId);
    const changes = changesOf(audited(before), audited(after));
    if (changes !== null)
      await recordEntry(tx, ctx, {
        act: "detection_rule.tuned",
        target: { kind: "client", id: clientId, name: client.clientId },
        note: RULE_WORDS[rule],
        ...changes,
      });
    return after;
  });
}
