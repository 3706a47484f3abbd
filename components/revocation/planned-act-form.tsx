"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import type { Reason } from "#lib/revocations/model.ts";
import { type Because, isExplained, NO_REASON, ReasonFields } from "../overlay/reason-fields.tsx";
import { NotPlanned, PlannedActButtons, TypeToConfirm } from "./confirm-planned.tsx";
import { PlanProblem } from "./plan-problem.tsx";
import { Planning } from "./planning.tsx";
import classes from "./revoke-dialog.module.css";
import { usePlan } from "./use-plan.ts";
import { usePlannedAct } from "./use-planned-act.ts";

type PlannedActFormProps<Plan, Result> = {
  /** What is planned, as text: another one is planned anew. Null: there is nothing to plan yet. */
  about: string | null;
  ask: (about: string, signal: AbortSignal) => Promise<Plan>;
  /** How long `about` rests before it is planned, in milliseconds. */
  restMs?: number;
  /** What is chosen above the plan; calls `changed` with every change. */
  head?: (state: { isSending: boolean; changed: () => void }) => ReactNode;
  view: (plan: Plan) => ReactNode;
  /** The reason that stands there at first. */
  because?: Because;
  notePlaceholder: string;
  /** What is to be typed, as it is told to the console, and as a person reads it; null: nothing. */
  toTypeOf: (plan: Plan | null) => { text: string; shown: string } | null;
  button: (plan: Plan | null) => { act: string; color: "red" | "yellow"; icon: ReactNode };
  send: (plan: Plan, given: { reason: Reason; note: string; confirm: string }) => Promise<Result>;
  outcome: (result: Result, plan: Plan) => ReactNode;
  onClose: () => void;
  onBusy: (isBusy: boolean) => void;
};

/** An act that is bound to its plan: what it will do, the reason, what is to be typed, and afterwards what it did. */
export function PlannedActForm<Plan, Result>(props: PlannedActFormProps<Plan, Result>) {
  const { plan, error, replan } = usePlan(props.about, props.ask, props.restMs);
  const [because, setBecause] = useState(props.because ?? NO_REASON);
  const [typed, setTyped] = useState("");
  const { result, problem, isSending, act, forgive } = usePlannedAct<Result>(props.onBusy);

  if (result !== null && plan !== null) return props.outcome(result, plan);

  const toType = props.toTypeOf(plan);
  const isConfirmed = toType === null || [toType.text, toType.shown].includes(typed.trim());

  function submit(event: FormEvent) {
    event.preventDefault();
    if (plan === null || !isExplained(because) || !isConfirmed) return;
    const { reason, note } = because;
    act(() => props.send(plan, { reason, note: note.trim(), confirm: toType?.text ?? "" }));
  }

  function anew() {
    forgive();
    setTyped("");
    replan();
  }

  return (
    <form className={classes.form} onSubmit={submit}>
      {props.head?.({ isSending, changed: forgive })}
      {plan !== null ? (
        props.view(plan)
      ) : error ? (
        <NotPlanned error={error} onReplan={anew} onClose={props.onClose} />
      ) : props.about === null ? null : (
        <Planning />
      )}
      {error && plan === null ? null : (
        <>
          <ReasonFields value={because} onChange={setBecause} placeholder={props.notePlaceholder} />
          {toType === null ? null : <TypeToConfirm toType={toType.shown} value={typed} onChange={setTyped} />}
          {problem ? <PlanProblem error={problem} title="It was not done" onReplan={anew} /> : null}
          <PlannedActButtons
            {...props.button(plan)}
            isReady={plan !== null && isExplained(because) && isConfirmed}
            isSending={isSending}
            onClose={props.onClose}
          />
        </>
      )}
    </form>
  );
}
