import Link from "next/link";
import type { LifelineKind } from "#lib/lifelines/model.ts";
import { lifelineHref } from "#lib/lifelines/model.ts";
import { type AskedLifeline, askedParams } from "./asked.ts";
import classes from "./lifeline.module.css";
import { LIFELINE_RANGES, lifelineWords as words } from "./words.ts";

/** The usual times as links; the first is all that there is. */
export function Ranges({ kind, id, asked }: { kind: LifelineKind; id: string; asked: AskedLifeline }) {
  const { at: current, ...others } = askedParams(asked);
  const hrefAt = (at: string | null) => {
    const params = new URLSearchParams({ ...others, ...(at === null ? {} : { at }) });
    const page = lifelineHref({ kind, id });
    return params.size === 0 ? page : `${page}?${params}`;
  };
  const choices = [{ at: null, word: words.all }, ...LIFELINE_RANGES];
  return (
    <nav className={classes.ranges} aria-label={words.range}>
      {choices.map(({ at, word }) => (
        <Link
          key={word}
          prefetch={false}
          scroll={false}
          href={hrefAt(at)}
          aria-current={(current ?? null) === at ? "true" : undefined}
          className={classes.range}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
