import type { RuleName } from "./model.ts";
import type { Settings } from "./rule.ts";
import { RULES } from "./rules.ts";

/** What somebody set of a rule for a client; what is not there is the default. */
export type Tuning = {
  isOn: boolean;
  values: Readonly<Record<string, unknown>>;
  countries: readonly string[];
};

/**
 * What a rule holds for usual: the defaults, and over them what was tuned for the client. A value out of its bounds, as another version may have allowed it,
 * is brought back inside.
 */
export function settingsOf(name: RuleName, tuning: Tuning | null): Settings {
  const { thresholds, takesCountries } = RULES[name];
  return {
    isOn: tuning?.isOn ?? true,
    values: Object.fromEntries(
      Object.entries(thresholds).map(([key, { min, max, default: usual }]) => {
        const tuned = tuning?.values[key];
        return [key, typeof tuned === "number" ? Math.min(max, Math.max(min, tuned)) : usual];
      }),
    ),
    countries: takesCountries ? (tuning?.countries ?? []) : [],
  };
}
