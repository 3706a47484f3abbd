"use client";

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { durationWords } from "#components/display/duration.ts";
import classes from "./lifetimes-ruler.module.css";
import { placeOf, spanAt, spanByKey } from "./scale.ts";

type LifetimeSliderProps = {
  label: string;
  seconds: number;
  min: number;
  max: number;
  /** The value that is taken where nothing is set here; marked on the track. */
  inheritedSeconds?: number | undefined;
  /** Follows the default: the knob is hollow. */
  isInherited: boolean;
  isLong: boolean;
  onChange?: ((seconds: number) => void) | undefined;
};

/** One lifetime on the common scale, to be drawn or moved by keys. Without `onChange` it is a picture. */
export function LifetimeSlider(props: LifetimeSliderProps) {
  const { label, seconds, min, max, inheritedSeconds, isInherited, isLong, onChange } = props;
  const track = useRef<HTMLDivElement>(null);
  const range = { min, max };
  const at = placeOf(seconds);

  function pull(event: PointerEvent) {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const next = spanAt(((event.clientX - box.left) / box.width) * 100, range);
    if (next !== seconds) onChange?.(next);
  }

  function press(event: KeyboardEvent) {
    const next = spanByKey(event.key, seconds, range);
    if (next === null) return;
    event.preventDefault();
    if (next !== seconds) onChange?.(next);
  }

  const picture = (
    <>
      <span className={classes.rail} />
      <span
        className={classes.allowed}
        style={{ left: `${placeOf(min)}%`, right: `${100 - placeOf(max)}%` }}
      />
      <span className={classes.filled} data-long={isLong || undefined} style={{ right: `${100 - at}%` }} />
      {inheritedSeconds === undefined ? null : (
        <span className={classes.inherited} style={{ left: `${placeOf(inheritedSeconds)}%` }} />
      )}
      <span
        className={classes.knob}
        data-inherited={isInherited || undefined}
        data-long={isLong || undefined}
        style={{ left: `${at}%` }}
      />
    </>
  );
  if (onChange === undefined)
    return (
      <div className={classes.track} aria-hidden>
        {picture}
      </div>
    );
  return (
    <div
      ref={track}
      className={classes.track}
      data-active
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={seconds}
      aria-valuetext={durationWords(seconds)}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pull(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) pull(event);
      }}
    >
      {picture}
    </div>
  );
}
