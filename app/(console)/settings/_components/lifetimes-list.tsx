import { LifetimesRuler } from "#app/(console)/_components/lifetimes/lifetimes-ruler.tsx";
import { spanText } from "#app/(console)/_components/lifetimes/span-text.ts";
import { Card } from "#components/display/card.tsx";
import { DurationText } from "#components/display/duration-text.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { boundsOf, LIFETIMES, MOST, ownKeyOf } from "#lib/lifetimes/model.ts";
import {
  LIFETIME_RANGES,
  LIFETIME_WORDS,
  ORDER_BOUND_WORDS,
  type Organisation,
} from "#lib/organisation/model.ts";
import { BOUND_SECTIONS, ORDER_BOUNDS, settingWords as words } from "./words.ts";

/** The organisation's lifetimes for those who may look at them alone. */
export function LifetimesList({ organisation }: { organisation: Organisation }) {
  return (
    <>
      <p className="muted">{words.readOnly}</p>
      <Card title={words.organisation}>
        <KeyValue wide items={[{ key: words.name, value: organisation.name }]} />
      </Card>
      {BOUND_SECTIONS.map((section) => (
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
      <Card title={words.scale}>
        <LifetimesRuler
          name={words.ruler}
          rows={LIFETIMES.map((key) => {
            const isItsOwnBound = MOST[key] === key;
            const { min, max } = isItsOwnBound ? LIFETIME_RANGES[key] : boundsOf(ownKeyOf(key), organisation);
            return {
              key,
              seconds: organisation[key],
              min,
              max,
              isInherited: false,
              says: isItsOwnBound ? words.sessionSays : words.boundSays(spanText(min), spanText(max)),
            };
          })}
        />
      </Card>
      <Card title={words.refreshTokensMax}>
        <KeyValue
          wide
          items={[
            { key: words.refreshTokensMax, value: groupedNumber(organisation.refreshTokensMax) },
            {
              key: words.rotation,
              value: organisation.rotatesConfidentialRefreshTokens ? "at each use" : "late",
            },
          ]}
        />
      </Card>
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
