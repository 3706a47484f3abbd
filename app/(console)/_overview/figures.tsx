import Link from "next/link";
import type { ReactNode } from "react";
import { countedNumber } from "#components/display/number-text.tsx";
import type { LinkedCount, Overview } from "#lib/overview/model.ts";
import classes from "./overview.module.css";

/** A number that leads to its list. */
export function Count({ count }: { count: LinkedCount }) {
  return countedNumber(count);
}

function Figure({
  name,
  count,
  tone,
  children,
}: {
  name: string;
  count: LinkedCount;
  tone?: "revoked" | "suspended" | undefined;
  children: ReactNode;
}) {
  return (
    <div className={classes.figure} data-tone={tone}>
      <p className={classes.figureName}>{name}</p>
      <Link
        prefetch={false}
        href={count.href}
        className={classes.figureNumber}
        aria-label={`${name}: ${countedNumber(count)}`}
      >
        <Count count={count} />
      </Link>
      <div className={classes.figureMore}>{children}</div>
    </div>
  );
}

function Part({ count, word }: { count: LinkedCount; word: string }) {
  return (
    <Link prefetch={false} href={count.href} className={classes.part}>
      <Count count={count} /> {word}
    </Link>
  );
}

/** The numbers that a person looks at first. */
export function Figures({ overview }: { overview: Overview }) {
  const { live, suspended, lastHour, lastDay, expiringWithinHour, expiringWithinDay } = overview;
  return (
    <section className={classes.figures} aria-label="Figures">
      <Figure name="Live tokens" count={live.all}>
        <Part count={live.access} word="access" />
        <Part count={live.refresh} word="refresh" />
      </Figure>
      <Figure name="Issued in the last hour" count={lastHour.issued}>
        <Part count={lastDay.issued} word="in 24 h" />
      </Figure>
      <Figure name="Uses in the last hour" count={lastHour.allowed}>
        <Part count={lastDay.allowed} word="in 24 h" />
      </Figure>
      <Figure
        name="Refused in the last hour"
        count={lastHour.refused}
        tone={lastHour.refused.value > 0 ? "revoked" : undefined}
      >
        <Part count={lastDay.refused} word="in 24 h" />
      </Figure>
      <Figure name="Expire within the hour" count={expiringWithinHour}>
        <Part count={expiringWithinDay} word="within 24 h" />
      </Figure>
      <Figure name="Suspended" count={suspended} tone={suspended.value > 0 ? "suspended" : undefined}>
        {suspended.value > 0 ? "waiting to be restored or revoked" : "nothing is on hold"}
      </Figure>
    </section>
  );
}
