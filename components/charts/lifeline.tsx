"use client";

import { Tooltip, UnstyledButton } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { useState } from "react";
import { durationWords } from "../display/duration.ts";
import { localWords, utcWords } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { Scroller } from "../display/scroller.tsx";
import classes from "./lifeline.module.css";
import { lifelineRows } from "./lifeline-rows.ts";

export type LifelineBucket = { at: string; allowed: number; refused: number };
export type LifelineMark = {
  at: string;
  word: string;
  /** A second line. */
  more?: string;
  tone: "muted" | "revoked" | "suspended" | "expired";
};

type LifelineProps = {
  from: string;
  to: string;
  bucketSeconds: number;
  buckets: LifelineBucket[];
  marks: LifelineMark[];
  /** The time in which some could still accept it after its end. */
  shade?: { from: string; to: string } | undefined;
};

function clock(ms: number, spanMs: number, isLocal: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    ...(spanMs > 36 * 3_600_000 ? { day: "numeric", month: "short" } : {}),
    ...(spanMs > 14 * 86_400_000 ? {} : { hour: "2-digit", minute: "2-digit" }),
    ...(spanMs < 600_000 ? { second: "2-digit" } : {}),
    ...(isLocal ? {} : { timeZone: "UTC" }),
  }).format(ms);
}

/** The plot is never narrower, in pixels; wider ones have more room than is counted with. */
const PLOT_MIN = 560;
const LINE_HEIGHT = 16;
/** Of the marks' words, in pixels, with some room after them. */
const widthOf = (text: string) => text.length * 6.2 + 14;

const STEPS = [
  10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

function ticksOf(fromMs: number, toMs: number): number[] {
  const step = (STEPS.find((seconds) => (toMs - fromMs) / (seconds * 1000) <= 9) ?? 2_592_000) * 1000;
  const first = Math.ceil(fromMs / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}

/** Uses over a life on one axis, with what happened to it marked: made of plain elements, so that it is there at once. */
export function Lifeline({ from, to, bucketSeconds, buckets, marks, shade }: LifelineProps) {
  const isMounted = useMounted();
  const [isTable, setIsTable] = useState(false);
  const startMs = Math.min(Date.parse(from), ...marks.map((mark) => Date.parse(mark.at)));
  const lastMs = Math.max(Date.parse(to), ...marks.map((mark) => Date.parse(mark.at)));
  const pad = Math.max(1000, (lastMs - startMs) * 0.03);
  const fromMs = startMs - pad;
  const toMs = lastMs + pad;
  const place = (ms: number) => `${(((ms - fromMs) / (toMs - fromMs)) * 100).toFixed(3)}%`;
  const most = Math.max(1, ...buckets.map((bucket) => bucket.allowed + bucket.refused));
  const width = `${((bucketSeconds * 1000) / (toMs - fromMs)) * 100}%`;
  const placed = marks.map((mark) => {
    const share = (Date.parse(mark.at) - fromMs) / (toMs - fromMs);
    return {
      place: share,
      isLate: share > 0.6,
      width: Math.max(widthOf(mark.word), widthOf(mark.more ?? "")) / PLOT_MIN,
      lines: mark.more ? 2 : 1,
    };
  });
  const rows = lifelineRows(placed);
  const used = buckets.filter((bucket) => bucket.allowed + bucket.refused > 0);
  const zone = isMounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";

  return (
    <figure className={classes.figure}>
      <Scroller className={classes.scroll} label="Uses over time">
        <div className={classes.plot} aria-hidden={isTable || undefined}>
          {shade ? (
            <div
              className={classes.shade}
              title="Some verifiers could still accept it in this time"
              style={{
                left: place(Date.parse(shade.from)),
                width: `${((Date.parse(shade.to) - Date.parse(shade.from)) / (toMs - fromMs)) * 100}%`,
              }}
            />
          ) : null}
          {marks.map((mark, index) => {
            return (
              <div
                key={`${mark.word} ${mark.at}`}
                className={classes.mark}
                data-tone={mark.tone}
                data-late={placed[index]?.isLate || undefined}
                style={{ left: place(Date.parse(mark.at)) }}
              >
                <span className={classes.markWords} style={{ top: (rows[index] ?? 0) * LINE_HEIGHT }}>
                  <strong>{mark.word}</strong>
                  {mark.more ? <span>{mark.more}</span> : null}
                </span>
              </div>
            );
          })}
          {used.map((bucket) => {
            const at = Date.parse(bucket.at);
            return (
              <Tooltip
                key={bucket.at}
                openDelay={0}
                label={
                  <>
                    {groupedNumber(bucket.allowed)} allowed, {groupedNumber(bucket.refused)} refused in{" "}
                    {durationWords(bucketSeconds)}
                    <br />
                    from {localWords(bucket.at)}
                    <br />
                    {utcWords(bucket.at)}
                  </>
                }
              >
                <span className={classes.bar} style={{ left: place(at), width }}>
                  {bucket.refused > 0 ? (
                    <span
                      className={classes.refused}
                      style={{ height: `${(bucket.refused / most) * 100}%` }}
                    />
                  ) : null}
                  {bucket.allowed > 0 ? (
                    <span
                      className={classes.allowed}
                      style={{ height: `${(bucket.allowed / most) * 100}%` }}
                    />
                  ) : null}
                </span>
              </Tooltip>
            );
          })}
          {used.length === 0 ? <p className={classes.none}>Not used in this time.</p> : null}
        </div>
        <div className={classes.axis} aria-hidden suppressHydrationWarning>
          {ticksOf(fromMs, toMs).map((tick) => (
            <span key={tick} style={{ left: place(tick) }} suppressHydrationWarning>
              {clock(tick, toMs - fromMs, isMounted)}
            </span>
          ))}
        </div>
      </Scroller>
      <figcaption className={classes.caption}>
        <span>
          Uses per {durationWords(bucketSeconds)} · <i className={classes.allowedKey} /> allowed{" "}
          <i className={classes.refusedKey} /> refused · times in {zone}
        </span>
        <UnstyledButton
          className={classes.toggle}
          onClick={() => setIsTable((was) => !was)}
          aria-expanded={isTable}
        >
          {isTable ? "Hide the table" : "As a table"}
        </UnstyledButton>
      </figcaption>
      {isTable ? (
        <Scroller className={classes.tableFrame} label="Uses over time, as a table">
          <table className={classes.table}>
            <thead>
              <tr>
                <th>From</th>
                <th>Allowed</th>
                <th>Refused</th>
              </tr>
            </thead>
            <tbody>
              {used.map((bucket) => (
                <tr key={bucket.at}>
                  <td>{isMounted ? localWords(bucket.at) : utcWords(bucket.at)}</td>
                  <td>{groupedNumber(bucket.allowed)}</td>
                  <td>{groupedNumber(bucket.refused)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      ) : null}
    </figure>
  );
}
