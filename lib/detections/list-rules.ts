import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { RULE_NAMES, RULE_WORDS, type RuleName } from "./model.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** The rules as data. Needs `detection:read`. */
export function listRules(
  ctx: Context,
): ({ rule: RuleName; title: string } & Omit<Rule, "judge" | "says">)[] {
  requirePermission(ctx, "detection:read");
  return RULE_NAMES.map((rule) => {
    const { means, severity, canMute, takesCountries, thresholds } = RULES[rule];
    return { rule, title: RULE_WORDS[rule], means, severity, canMute, takesCountries, thresholds };
  });
}
