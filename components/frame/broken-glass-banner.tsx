"use client";

import { IconAlertTriangle } from "@tabler/icons-react";
import Link from "next/link";
import type { BrokenGlass } from "#lib/approvals/model.ts";
import { Instant } from "../display/instant.tsx";
import classes from "./broken-glass-banner.module.css";

/** Above every page of every other owner, until one of them has reviewed it: what was done without a second person. */
export function BrokenGlassBanner({ broken }: { broken: BrokenGlass[] }) {
  const [first] = broken;
  if (first === undefined) return null;
  const more = broken.length - 1;
  return (
    <aside className={classes.banner} data-banner aria-label="Break-glass">
      <IconAlertTriangle size={18} aria-hidden className={classes.icon} />
      <p>
        <strong>{first.by} did not wait for a second person</strong>, <Instant at={first.at} />:{" "}
        {first.summary}. <span className={classes.reason}>“{first.reason}”</span>{" "}
        <Link prefetch={false} href={`/approvals/${first.id}`}>
          Review it
        </Link>
        {more > 0 ? (
          <>
            {" "}
            <Link prefetch={false} href="/approvals?unreviewed=true">
              and {more} more
            </Link>
          </>
        ) : null}
      </p>
    </aside>
  );
}
