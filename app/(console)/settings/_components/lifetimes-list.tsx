import { Card } from "#components/display/card.tsx";
import { DurationText } from "#components/display/duration-text.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { LIFETIME_WORDS, type Organisation } from "#lib/organisation/model.ts";
import { SECTIONS, settingWords as words } from "./words.ts";

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
    </>
  );
}
