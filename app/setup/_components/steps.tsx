import type { ReactNode } from "react";
import classes from "./steps.module.css";
import { setupWords as words } from "./words.ts";

const STEPS = [words.steps.owner, words.steps.organisation, words.steps.client];

/** Where the set-up stands: 0 owner, 1 organisation, 2 first client. Nobody goes back in it, so nothing of it can be pressed. */
export function SetupSteps({ active, children }: { active: 0 | 1 | 2; children: ReactNode }) {
  return (
    <>
      <ol className={classes.steps} aria-label={words.title}>
        {STEPS.map((step, index) => (
          <li
            key={step}
            className={classes.step}
            data-state={index < active ? "done" : index === active ? "now" : "later"}
            aria-current={index === active ? "step" : undefined}
          >
            <span>
              {index + 1}. {step}
              {index < active ? <span className="for-screen-readers">, done</span> : null}
            </span>
          </li>
        ))}
      </ol>
      {children}
    </>
  );
}
