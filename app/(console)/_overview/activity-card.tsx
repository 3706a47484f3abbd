"use client";

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { TimeBars } from "#components/charts/time-bars.tsx";
import type { OverviewSeries } from "#lib/overview/model.ts";
import classes from "./overview.module.css";

const SERIES = [
  { name: "allowed", tone: "active" },
  { name: "issued", tone: "standby" },
  { name: "refused", tone: "revoked" },
] as const;

/** What happens: by minute for the last hour, by hour for the last day. */
export function ActivityCard({ perMinute, perHour }: { perMinute: OverviewSeries; perHour: OverviewSeries }) {
  const [span, setSpan] = useState<"minute" | "hour">("minute");
  const shown = span === "minute" ? perMinute : perHour;
  return (
    <div className={classes.activity}>
      <SegmentedControl
        size="xs"
        aria-label="Time range"
        value={span}
        onChange={(value) => setSpan(value as "minute" | "hour")}
        data={[
          { value: "minute", label: "Last hour" },
          { value: "hour", label: "Last 24 hours" },
        ]}
        className={classes.span}
      />
      <TimeBars
        title="Issued, used, refused"
        series={[...SERIES]}
        stepSeconds={shown.stepSeconds}
        points={shown.points.map(({ at, allowed, issued, refused }) => ({
          at,
          values: [allowed, issued, refused],
        }))}
      />
    </div>
  );
}
