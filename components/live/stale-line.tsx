"use client";

import { useEffect, useState } from "react";
import { Instant } from "../display/instant.tsx";
import classes from "./live.module.css";
import { useStaleSince } from "./live.tsx";

/** A connection that comes back at once is not worth a word. */
const SAID_AFTER_MS = 4_000;

/** Says above a page that it is not up to date, and since when, as long as it is so. */
export function StaleLine() {
  const since = useStaleSince();
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (since === null) return setSaid(null);
    const timer = setTimeout(() => setSaid(since), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [since]);
  return (
    <div role="status">
      {said === null || since === null ? null : (
        <p className={classes.stale}>
          <span className={classes.staleDot} aria-hidden />
          <span>
            Not up to date since <Instant at={said} show="exact" />: the console does not answer. It is being
            tried again.
          </span>
        </p>
      )}
    </div>
  );
}
