import type { Sql } from "../db/sql.ts";
import { RULE_NAMES, type RuleName, type RuleSettings } from "./model.ts";
import { settingsOf, type Tuning } from "./settings.ts";

type TuningRecord = Tuning & { rule: string; version: number; updatedAt: Date; updatedBy: string };

function settingsRow(rule: RuleName, tuning: TuningRecord | undefined): RuleSettings {
  const { isOn, values, countries } = settingsOf(rule, tuning ?? null);
  return {
    rule,
    isOn,
    values: { ...values },
    countries: [...countries],
    version: tuning?.version ?? 0,
    updatedAt: tuning?.updatedAt.toISOString() ?? null,
    updatedBy: tuning?.updatedBy ?? null,
  };
}

/** What every rule holds for usual of a client, in the order of RULE_NAMES. */
export async function readAllRuleSettings(db: Sql, clientId: string): Promise<RuleSettings[]> {
  const tunings = await db.query<TuningRecord>(
    `SELECT rule, is_on AS "isOn", "values", countries, version, updated_at AS "updatedAt", updated_by_name AS "updatedBy" FROM detection_tuning
     WHERE client_id = $1::uuid`,
    [clientId],
  );
  return RULE_NAMES.map((rule) =>
    settingsRow(
      rule,
      tunings.find((tuning) => tuning.rule === rule),
    ),
  );
}

/** What one rule holds for usual of a client. */
export async function readRuleSettings(db: Sql, rule: RuleName, clientId: string): Promise<RuleSettings> {
  const all = await readAllRuleSettings(db, clientId);
  return all.find((settings) => settings.rule === rule) as RuleSettings;
}
