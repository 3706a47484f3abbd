"use client";

import Link from "next/link";
import type { BrokenGlass } from "#lib/approvals/model.ts";
import { Instant } from "../display/instant.tsx";
import { Banner } from "./banner.tsx";

/** Above every page of every other owner, until one of them has reviewed it: what was done without a second person. */
export function BrokenGlassBanner({ broken }: { broken: BrokenGlass[] }) {
  const [first] = broken;
  if (first === undefined) return null;
  const more = broken.length - 1;
  return (
    <Banner label="Break-glass">
      <strong>{first.by} did not wait for a second person</strong>, <Instant at={first.at} />: {first.summary}
      . <span className="muted">“{first.reason}”</span>{" "}
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
    </Banner>
  );
}
