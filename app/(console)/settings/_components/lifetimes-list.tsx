import { Card } from "#components/display/card.tsx";
import { DurationText } from "#components/display/duration-text.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { LIFETIME_WORDS, ORDER_BOUND_WORDS, type Organisation } from "#lib/organisation/model.ts";
import { ORDER_BOUNDS, SECTIONS, settingWords as words } from "./words.ts";

/** The organisation's lifetimes for those who may look at them alone. */
export function LifetimesList({ organisation }: { organisation: Organisation }) {
  return (
    <>
      <p className="muted">{words.readOnly}</p>
      <Card title={words.organisation}>
        <KeyValue wide items={[{ key: words.name, value: organisation.name }]} />
      </Card>
      {SECTIONS.map((section) => (
        <Card key={section.title} title={section.title}>
          <KeyValue
            wide
            items={section.keys.map((key) => ({
              key: LIFETIME_WORDS[key],
              value: <DurationText seconds={organisation[key]} />,
            }))}
          />
        </Card>
      ))}
      <Card title={words.orders}>
        <KeyValue
          wide
          items={ORDER_BOUNDS.map((key) => ({
            key: ORDER_BOUND_WORDS[key].name,
            value: `${groupedNumber(organisation[key])} ${ORDER_BOUND_WORDS[key].unit}`,
          }))}
        />
      </Card>
    </>
  );
}
