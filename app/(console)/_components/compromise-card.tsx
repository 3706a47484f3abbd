import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { Tag } from "#components/display/tag.tsx";
import { Word } from "#components/display/word.tsx";
import {
  type CompromiseWindow,
  type IncidentRow,
  incidentHref,
  PHASE_WORDS,
  PHASES,
  type SubjectKind,
} from "#lib/incidents/model.ts";
import classes from "./compromise-card.module.css";
import { CompromiseForm } from "./compromise-form.tsx";
import { compromiseWords as words } from "./compromise-words.ts";
import { OpenCaseOf } from "./open-case-of.tsx";
import { PHASE_COLORS } from "./use-map-words.ts";

type CompromiseCardProps = {
  of: { kind: SubjectKind; id: string; title: string };
  /** Null: nobody has asked for one. */
  window: CompromiseWindow | null;
  /** The case whose window it is. */
  inCase: IncidentRow | null;
  canOpenCase: boolean;
};

function Phases({ window }: { window: CompromiseWindow }) {
  return (
    <ul className={classes.phases}>
      {PHASES.map((phase) => (
        <li key={phase} title={PHASE_WORDS[phase].means} data-phase={phase}>
          <i style={{ background: PHASE_COLORS[phase] }} aria-hidden />
          <b>
            <NumberText value={window.counts[phase].uses} />
            {window.isExact ? "" : "+"}
          </b>{" "}
          {PHASE_WORDS[phase].name}
        </li>
      ))}
    </ul>
  );
}

/** From when on a token, or a person's tokens, may have been in other hands, and what was done before, during and after. */
export function CompromiseCard({ of, window, inCase, canOpenCase }: CompromiseCardProps) {
  if (window === null)
    return (
      <Card title={<Word of="compromiseWindow">{words.title}</Word>}>
        <p className="muted">{words.ask(of.kind)}</p>
        <div className={classes.acts}>
          <CompromiseForm from={null} />
        </div>
      </Card>
    );
  const { compromisedFrom, why, tokens } = window;
  return (
    <Card
      title={<Word of="compromiseWindow">{words.title}</Word>}
      aside={
        <Tag tone={inCase === null && window.isSuggested ? "standby" : "accent"}>
          {inCase === null
            ? window.isSuggested
              ? words.suggested
              : words.byHand
            : words.ofCase(inCase.number)}
        </Tag>
      }
    >
      <p className={classes.from}>
        <Instant at={compromisedFrom} show="exact" focusable />
      </p>
      {why === null ? null : <p className="muted">{why}</p>}
      <Phases window={window} />
      <p className="faint">
        {words.tokens(tokens)} {inCase === null ? words.unkept : null}
      </p>
      <div className={classes.acts}>
        {inCase === null ? (
          <>
            {canOpenCase ? <OpenCaseOf {...of} window={{ from: compromisedFrom, why }} /> : null}
            <CompromiseForm from={compromisedFrom} />
          </>
        ) : (
          <Link prefetch={false} href={incidentHref(inCase.number)}>
            {inCase.state === "closed" ? words.toClosed(inCase.number) : words.toCase(inCase.number)}
          </Link>
        )}
      </div>
    </Card>
  );
}
