import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Instant } from "#components/display/instant.tsx";
import { Word } from "#components/display/word.tsx";
import { type IncidentDetail, STEP_WORDS, STEPS, type Step } from "#lib/incidents/model.ts";
import { StepTick } from "./step-tick.tsx";
import classes from "./steps.module.css";

/** The way through a case, from top to bottom. */
export function Steps({ children }: { children: ReactNode }) {
  return <ol className={classes.steps}>{children}</ol>;
}

/** One step: whether it is done, by whom and what, with what is known at it. */
export function StepSection({
  name,
  incident,
  canWrite,
  children,
}: {
  name: Step;
  incident: IncidentDetail;
  canWrite: boolean;
  children: ReactNode;
}) {
  const at = STEPS.indexOf(name);
  const step = incident.steps[at];
  const isDone = step !== undefined && step.doneAt !== null;
  const isCurrent = incident.steps.find(({ doneAt }) => doneAt === null)?.step === name;
  return (
    <li
      className={classes.step}
      data-done={isDone || undefined}
      data-current={isCurrent || undefined}
      aria-current={isCurrent ? "step" : undefined}
    >
      <span className={classes.mark} aria-hidden>
        {isDone ? <IconCheck size={16} stroke={2.4} /> : at + 1}
      </span>
      <section className={classes.body} aria-labelledby={`step-${name}`}>
        <header className={classes.head}>
          <div>
            <h2 id={`step-${name}`} className={classes.name}>
              {name === "blast_radius" ? (
                <Word of="blastRadius">{STEP_WORDS[name].name}</Word>
              ) : (
                STEP_WORDS[name].name
              )}
            </h2>
            <span className={classes.by}>
              {isDone && step?.doneBy ? (
                <>
                  Done by {step.doneBy.name} <Instant at={step.doneAt} focusable />
                  {step.what ? `: ${step.what}` : ""}
                </>
              ) : (
                STEP_WORDS[name].asks
              )}
            </span>
          </div>
          <StepTick
            number={incident.number}
            version={incident.version}
            step={name}
            isDone={isDone}
            isAllowed={canWrite && incident.state !== "closed"}
          />
        </header>
        <div className={classes.facts}>{children}</div>
      </section>
    </li>
  );
}
