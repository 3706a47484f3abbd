import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type DetectionDetail, RULE_WORDS } from "#lib/detections/model.ts";
import { RULES } from "#lib/detections/rules.ts";
import { countryName } from "#lib/list-query/country.ts";
import classes from "./detections.module.css";
import { detectionWords as words } from "./words.ts";

/** What the rule looks for, and what it holds for usual of the client. */
export function RuleCard({ detection }: { detection: DetectionDetail }) {
  const { settings } = detection;
  const { means, thresholds } = RULES[detection.rule];
  const items: KeyValueItem[] =
    settings === null
      ? []
      : Object.entries(thresholds).map(([key, { label, unit }]) => ({
          key: label,
          value: `${groupedNumber(settings.values[key] ?? 0)} ${unit}`,
        }));
  if (settings !== null && settings.countries.length > 0)
    items.push({ key: words.countries, value: settings.countries.map(countryName).join(", ") });
  return (
    <Card title={`${words.rule}: ${RULE_WORDS[detection.rule]}`}>
      <p className={classes.means}>{means}</p>
      <KeyValue items={items} />
      {settings === null ? null : (
        <p className="muted">
          {settings.isOn ? null : `${words.off} `}
          {settings.updatedAt === null ? (
            words.neverTuned
          ) : (
            <>
              Tuned by {settings.updatedBy} <Instant at={settings.updatedAt} focusable />.
            </>
          )}
        </p>
      )}
    </Card>
  );
}
