"use client";

import { UnstyledButton } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useClock } from "../display/clock.tsx";
import { CopyButton } from "../display/copy-button.tsx";
import { Instant } from "../display/instant.tsx";
import type { Why } from "./after-failure.ts";
import classes from "./live.module.css";
import { useStale, useTryAgain } from "./live.tsx";

/** A connection that comes back at once is not worth a word. */
const SAID_AFTER_MS = 4_000;

/** Says above a page that it is not up to date, since when and why, as long as it is so, and tries again by one press. */
export function StaleLine() {
  const stale = useStale();
  const isStale = stale !== null;
  const [isSaid, setIsSaid] = useState(false);
  useEffect(() => {
    if (!isStale) return setIsSaid(false);
    const timer = setTimeout(() => setIsSaid(true), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isStale]);
  return (
    <div role="status">
      {!isSaid || stale === null ? null : (
        <p className={classes.stale}>
          <span className={classes.staleDot} aria-hidden />
          <span>
            Not up to date since <Instant at={stale.since} show="exact" />: <WhyWords why={stale.why} />
          </span>
          <Again notBeforeMs={stale.why.kind === "limited" ? stale.why.againAtMs : 0} />
        </p>
      )}
    </div>
  );
}

function WhyWords({ why }: { why: Why }): ReactNode {
  switch (why.kind) {
    case "away":
      return "the console, or its database, does not answer. It is being tried again.";
    case "unheard":
      return "the live connection is lost. It is being tried again.";
    case "limited":
      return <LimitedWords againAtMs={why.againAtMs} />;
    case "undrawable":
      return why.digest === undefined ? (
        "this page cannot be drawn again. It is being tried again."
      ) : (
        <>
          this page cannot be drawn again. It is being tried again; in the console's log: error{" "}
          <code className="mono">{why.digest}</code> <CopyButton value={why.digest} what="error number" />
        </>
      );
  }
}

const useSecondsUntil = (ms: number) => useClock(() => Math.max(0, Math.ceil((ms - Date.now()) / 1000)));

/** Each second is shown, and not read out. */
function LimitedWords({ againAtMs }: { againAtMs: number }) {
  const seconds = useSecondsUntil(againAtMs);
  return (
    <>
      too many requests: again in <span role="timer">{seconds}</span> s.
    </>
  );
}

function Again({ notBeforeMs }: { notBeforeMs: number }) {
  const tryAgain = useTryAgain();
  const isEarly = useSecondsUntil(notBeforeMs) > 0;
  return (
    <UnstyledButton className={classes.again} disabled={isEarly} onClick={tryAgain}>
      Try again
    </UnstyledButton>
  );
}
