"use client";

import { useMounted } from "@mantine/hooks";
import { useState } from "react";
import { durationWords } from "../display/duration.ts";
import { localWords, utcWords } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import classes from "./lifeline.module.css";
import { AxisLayer, LAYOUTS, type LifelineMark, MarksLayer } from "./lifeline-layer.tsx";
import { TableToggle, TableTwin } from "./table-twin.tsx";

/** `issued`: tokens given out, where a life has those. */
export type LifelineBucket = { at: string; allowed: number; refused: number; issued?: number };
export type LifelinePhase = { name: string; color: string; from: string; to: string };
type LifelineProps = {
  from: string;
  to: string;
  bucketSeconds: number;
  buckets: LifelineBucket[];
  marks: LifelineMark[];
  /** The time in which some could still accept it after its end. */
  shade?: { from: string; to: string } | undefined;
  /** Stretches of it by what they are called, each from where the one before ends. */
  phases?: LifelinePhase[] | undefined;
};

function clock(ms: number, spanMs: number, isLocal: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    ...(spanMs > 36 * 3_600_000 ? { day: "numeric", month: "short" } : {}),
    ...(spanMs > 14 * 86_400_000 ? {} : { hour: "2-digit", minute: "2-digit" }),
    ...(spanMs < 600_000 ? { second: "2-digit" } : {}),
    ...(isLocal ? {} : { timeZone: "UTC" }),
  }).format(ms);
}

/** A bar begins no earlier than the life, and one of refusals alone no earlier than the end that fell into its time. */
function barOf(bucket: LifelineBucket, seconds: number, startMs: number, endsMs: readonly number[]) {
  const fromMs = Date.parse(bucket.at);
  const untilMs = fromMs + seconds * 1000;
  const ended =
    bucket.allowed + (bucket.issued ?? 0) === 0 ? endsMs.filter((ms) => ms > fromMs && ms < untilMs) : [];
  const at = Math.max(fromMs, startMs, ...ended);
  return { at, untilMs: Math.max(at, untilMs) };
}

const allOf = ({ allowed, refused, issued = 0 }: LifelineBucket) => allowed + refused + issued;

/** Uses over a life on one axis, with what happened to it marked: made of plain elements, so that it is there at once. */
export function Lifeline({ from, to, bucketSeconds, buckets, marks, shade, phases = [] }: LifelineProps) {
  const isMounted = useMounted();
  const [isTable, setIsTable] = useState(false);
  const startMs = Math.min(Date.parse(from), ...marks.map((mark) => Date.parse(mark.at)));
  const lastMs = Math.max(Date.parse(to), ...marks.map((mark) => Date.parse(mark.at)));
  const pad = Math.max(1000, (lastMs - startMs) * 0.03);
  const fromMs = startMs - pad;
  const toMs = lastMs + pad;
  const place = (ms: number) => `${(((ms - fromMs) / (toMs - fromMs)) * 100).toFixed(3)}%`;
  const most = Math.max(1, ...buckets.map(allOf));
  const widthOf = (ms: number) => `${(ms / (toMs - fromMs)) * 100}%`;
  const placed = marks.map((mark) => ({ mark, share: (Date.parse(mark.at) - fromMs) / (toMs - fromMs) }));
  const endsMs = marks.filter((mark) => mark.tone === "revoked").map((mark) => Date.parse(mark.at));
  const used = buckets.filter((bucket) => allOf(bucket) > 0);
  const hasIssues = used.some(({ issued = 0 }) => issued > 0);
  const zone = isMounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";

  return (
    <figure className={classes.figure}>
      <div>
        <div className={classes.plot} aria-hidden={isTable || undefined}>
          {shade ? (
            <div
              className={classes.shade}
              title="Some verifiers could still accept it in this time"
              style={{
                left: place(Date.parse(shade.from)),
                // it may go on beyond what is drawn
                width: widthOf(Math.min(Date.parse(shade.to), toMs) - Date.parse(shade.from)),
              }}
            />
          ) : null}
          {used.map((bucket) => {
            const { at, untilMs } = barOf(bucket, bucketSeconds, startMs, endsMs);
            return (
              <Hint
                key={bucket.at}
                openDelay={0}
                label={
                  <>
                    {groupedNumber(bucket.allowed)} allowed, {groupedNumber(bucket.refused)} refused
                    {hasIssues ? `, ${groupedNumber(bucket.issued ?? 0)} issued` : ""} in{" "}
                    {durationWords(bucketSeconds)}
                    <br />
                    from {localWords(bucket.at)}
                    <br />
                    {utcWords(bucket.at)}
                  </>
                }
              >
                <span className={classes.bar} style={{ left: place(at), width: widthOf(untilMs - at) }}>
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
                  {bucket.issued ? (
                    <span className={classes.issued} style={{ height: `${(bucket.issued / most) * 100}%` }} />
                  ) : null}
                </span>
              </Hint>
            );
          })}
          {phases.map(({ name, color, from: start, to: end }) => {
            const begins = Math.max(fromMs, Date.parse(start));
            const ends = Math.min(toMs, Date.parse(end));
            return ends <= begins ? null : (
              <div
                key={start}
                className={classes.phase}
                title={name}
                style={{ left: place(begins), width: widthOf(ends - begins), background: color }}
              />
            );
          })}
          {LAYOUTS.map((layout) => (
            <MarksLayer
              key={layout.name}
              layout={layout}
              marks={placed}
              none={
                used.some(({ allowed, refused }) => allowed + refused > 0) ? null : "Not used in this time."
              }
            />
          ))}
        </div>
        {LAYOUTS.map((layout) => (
          <AxisLayer
            key={layout.name}
            layout={layout}
            fromMs={fromMs}
            toMs={toMs}
            clock={(ms) => clock(ms, toMs - fromMs, isMounted)}
          />
        ))}
      </div>
      <figcaption className={classes.caption}>
        <span>
          Uses per {durationWords(bucketSeconds)} · <i className={classes.allowedKey} /> allowed{" "}
          <i className={classes.refusedKey} /> refused
          {hasIssues ? (
            <>
              {" "}
              <i className={classes.issuedKey} /> issued
            </>
          ) : null}
          {[...new Map(phases.map((phase) => [phase.name, phase])).values()].map(({ name, color }) => (
            <span key={name}>
              {" "}
              · <i className={classes.phaseKey} style={{ background: color }} /> {name}
            </span>
          ))}{" "}
          · times in {zone}
        </span>
        <TableToggle isOpen={isTable} onToggle={() => setIsTable((was) => !was)} />
      </figcaption>
      {isTable ? (
        <TableTwin
          title="Uses over time"
          counted={["Allowed", "Refused", ...(hasIssues ? ["Issued"] : [])]}
          rows={used.map(({ at, allowed, refused, issued = 0 }) => ({
            at,
            values: [allowed, refused, issued],
          }))}
        />
      ) : null}
    </figure>
  );
}
