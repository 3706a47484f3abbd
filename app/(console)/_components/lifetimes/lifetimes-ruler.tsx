import type { ReactNode } from "react";
import { shortDuration } from "#components/display/duration.ts";
import { type Lifetime, ownKeyOf } from "#lib/lifetimes/model.ts";
import { LIFETIME_RANGES, LIFETIME_WORDS } from "#lib/organisation/model.ts";
import { LifetimeSlider } from "./lifetime-slider.tsx";
import classes from "./lifetimes-ruler.module.css";
import { placeOf, TICKS } from "./scale.ts";
import { SpanField } from "./span-field.tsx";
import { spanText } from "./span-text.ts";

export type RulerRow = {
  key: Lifetime;
  /** What holds. */
  seconds: number;
  min: number;
  max: number;
  isInherited: boolean;
  inheritedSeconds?: number;
  /** Which setting wins, or what is to be said of it. */
  says: ReactNode;
  error?: string | undefined;
  onChange?: ((seconds: number) => void) | undefined;
  /** Beside the field: back to the default. */
  reset?: ReactNode;
};

/** Whether a lifetime is allowed and longer than is usual. */
export function isLong({ key, seconds }: Pick<RulerRow, "key" | "seconds">): boolean {
  const { warnAbove } = LIFETIME_RANGES[ownKeyOf(key)];
  return warnAbove !== undefined && seconds > warnAbove;
}

/** All lifetimes on one logarithmic scale, each with its value to be drawn, moved by keys or typed, and who decides it. */
export function LifetimesRuler({ rows, name }: { rows: RulerRow[]; name: string }) {
  return (
    <section className={classes.ruler} aria-label={name}>
      <div className={classes.head} aria-hidden>
        <span />
        <div className={classes.ticks}>
          {TICKS.map((tick) => (
            <span key={tick} style={{ left: `${placeOf(tick)}%` }}>
              {shortDuration(tick)}
            </span>
          ))}
        </div>
        <span />
      </div>
      {rows.map((row) => {
        const label = LIFETIME_WORDS[row.key];
        return (
          <div key={row.key} className={classes.row} data-testid={`lifetime-${row.key}`}>
            <div className={classes.name}>{label}</div>
            <LifetimeSlider
              label={label}
              seconds={row.seconds}
              min={row.min}
              max={row.max}
              inheritedSeconds={row.inheritedSeconds}
              isInherited={row.isInherited}
              isLong={isLong(row)}
              onChange={row.onChange}
            />
            <div className={classes.value}>
              {row.onChange === undefined ? (
                <strong>{spanText(row.seconds)}</strong>
              ) : (
                <SpanField
                  label={`${label}, typed`}
                  seconds={row.seconds}
                  onChange={row.onChange}
                  error={row.error}
                />
              )}
            </div>
            {row.says || row.reset || isLong(row) ? (
              <div className={classes.says}>
                {row.says}
                {isLong(row) ? (
                  <span className={classes.long}> Above an hour: a stolen one is good for that long.</span>
                ) : null}
                {row.reset}
              </div>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}
