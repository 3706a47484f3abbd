import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import type { LifelineSplit } from "#lib/lifelines/model.ts";
import { CompromiseForm } from "../compromise-form.tsx";
import { PHASE_COLORS } from "../use-map-words.ts";
import classes from "./lifeline.module.css";
import { lifelineWords as words } from "./words.ts";

/** What no case names, split at an instant: what was before, what was accepted since, what was refused since. */
export function SplitCard({ kind, split }: { kind: "verifier" | "address"; split: LifelineSplit | null }) {
  if (split === null)
    return (
      <Card title={words.split}>
        <p className="muted">{words.splitAsk[kind]}</p>
        <div className={classes.acts}>
          <CompromiseForm from={null} hasSuggestion={false} />
        </div>
      </Card>
    );
  const { at, before, since, isExact } = split;
  const lines = [
    { name: words.before, color: PHASE_COLORS.before, uses: before.allowed + before.refused + before.issued },
    { name: words.sinceAllowed, color: PHASE_COLORS.during, uses: since.allowed },
    { name: words.sinceRefused, color: PHASE_COLORS.refused_after, uses: since.refused },
    ...(since.issued > 0
      ? [{ name: words.sinceIssued, color: "var(--tw-standby)", uses: since.issued }]
      : []),
  ];
  return (
    <Card title={words.split} aside={<Instant at={at} show="exact" focusable />}>
      <ul className={classes.split}>
        {lines.map(({ name, color, uses }) => (
          <li key={name}>
            <i style={{ background: color }} aria-hidden />
            <b>
              <NumberText value={uses} />
            </b>{" "}
            {name}
          </li>
        ))}
      </ul>
      {isExact ? null : <p className="muted">{words.splitInPart}</p>}
      <div className={classes.acts}>
        <CompromiseForm from={at} hasSuggestion={false} />
      </div>
    </Card>
  );
}
