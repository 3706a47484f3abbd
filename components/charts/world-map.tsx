"use client";

import { useEffect, useState } from "react";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { onDemand } from "../on-demand/on-demand.ts";
import classes from "./world-map.module.css";

/** What uses are told apart by, in the order that they are drawn and told in. */
export type MapSeries = { key: string; name: string; color: string };
/** A country, by its code and name, and how much of each series came from there. */
export type MapPlace = {
  code: string;
  name: string;
  total: number;
  counts: Readonly<Record<string, number>>;
};

type World = {
  width: number;
  height: number;
  countries: Record<string, { d: string | null; x: number; y: number }>;
  others: string[];
};

/** 17 KB that only pages with a map load, once. */
const world = onDemand(() => import("./world.json").then((file) => file.default as World));

const SMALLEST = 14;
const LARGEST = 44;

/** The area of a spot is how much it stands for. */
function sizeOf(total: number, most: number): number {
  return Math.round(SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(total / Math.max(1, most)));
}

function partsOf({ counts, total }: MapPlace, series: readonly MapSeries[]): string {
  let at = 0;
  const parts = series.flatMap(({ key, color }) => {
    const count = counts[key] ?? 0;
    if (count === 0) return [];
    const from = at;
    at += (count / total) * 100;
    return [`${color} ${from.toFixed(2)}% ${at.toFixed(2)}%`];
  });
  return `conic-gradient(${parts.join(", ")})`;
}

function wordsOf({ counts }: MapPlace, series: readonly MapSeries[]): string {
  return series
    .flatMap(({ key, name }) => (counts[key] ? [`${groupedNumber(counts[key])} ${name}`] : []))
    .join(", ");
}

/** Where uses came from: a ring on each country, as large as there are many and parted by series. The table beside it has the same figures, and is what is read out. */
export function WorldMap({
  label,
  places,
  series,
}: {
  /** What it shows and where the same is to be read. */
  label: string;
  places: readonly MapPlace[];
  series: readonly MapSeries[];
}) {
  const [drawn, setDrawn] = useState<World | null>(null);
  useEffect(() => {
    let isHere = true;
    world.load().then(
      (loaded) => (isHere ? setDrawn(loaded) : undefined),
      // without it the table says the same
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, []);
  const used = new Set(places.map(({ code }) => code));
  const most = Math.max(1, ...places.map(({ total }) => total));
  const shown = series.filter(({ key }) => places.some(({ counts }) => (counts[key] ?? 0) > 0));
  return (
    <figure className={classes.figure}>
      <div className={classes.map} role="img" aria-label={label} data-drawn={drawn !== null}>
        {drawn === null ? null : (
          <>
            <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} aria-hidden="true">
              {drawn.others.map((d) => (
                <path key={d.slice(0, 40)} className={classes.land} d={d} />
              ))}
              {Object.entries(drawn.countries).map(([code, { d }]) =>
                d === null ? null : (
                  <path key={code} className={classes.land} d={d} data-used={used.has(code)} />
                ),
              )}
            </svg>
            {places.map((place) => {
              const at = drawn.countries[place.code];
              if (at === undefined) return null;
              const size = sizeOf(place.total, most);
              return (
                <Hint
                  key={place.code}
                  openDelay={0}
                  label={
                    <>
                      <strong>{place.name}</strong>
                      <br />
                      {wordsOf(place, series)}
                    </>
                  }
                >
                  <span
                    className={classes.spot}
                    style={{
                      left: `${(at.x / drawn.width) * 100}%`,
                      top: `${(at.y / drawn.height) * 100}%`,
                      width: size,
                      height: size,
                      background: partsOf(place, series),
                    }}
                  />
                </Hint>
              );
            })}
          </>
        )}
      </div>
      <figcaption className={classes.legend}>
        {shown.map(({ key, name, color }) => (
          <span key={key}>
            <i style={{ background: color }} />
            <strong>{groupedNumber(places.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0))}</strong>{" "}
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
