"use client";

import { IconBan, IconPlayerPause } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { OrderPlan, PlannedOrderResult, PlanTargetInput } from "#lib/order-plans/model.ts";
import { type Because, isExplained, NO_REASON, ReasonFields } from "../overlay/reason-fields.tsx";
import { NotPlanned, PlannedActButtons, TypeToConfirm } from "./confirm-planned.tsx";
import { OrderOutcome } from "./order-outcome.tsx";
import { askPlan, type OrderTerms, sendOrder } from "./order-requests.ts";
import { OrderTermsFields } from "./order-terms-fields.tsx";
import { actWords, typedFor } from "./order-words.ts";
import { PlanProblem } from "./plan-problem.tsx";
import { PlanView } from "./plan-view.tsx";
import { Planning } from "./planning.tsx";
import classes from "./revoke-dialog.module.css";
import { usePlan } from "./use-plan.ts";
import { usePlannedAct } from "./use-planned-act.ts";

/** How long terms rest before a plan is made for them. */
const REST_MS = 350;

function askFor(text: string, signal: AbortSignal): Promise<OrderPlan> {
  return askPlan(JSON.parse(text) as OrderTerms, signal);
}

/** What a revocation or suspension will do, the reason, and afterwards what it did. */
export function RevokeForm({
  target,
  incident,
  onClose,
  onBusy,
}: {
  target: PlanTargetInput;
  /** The number of the case that it is done in. */
  incident?: number | undefined;
  onClose: () => void;
  onBusy: (isBusy: boolean) => void;
}) {
  const [terms, setTerms] = useState<OrderTerms>({
    verb: "revoke",
    target,
    effectiveFrom: null,
    suspendedUntil: null,
  });
  const [isTimed, setIsTimed] = useState(true);
  const about = isTimed ? JSON.stringify(terms) : null;
  const { plan, error: planError, replan } = usePlan(about, askFor, REST_MS);
  const [because, setBecause] = useState<Because>(
    incident === undefined ? NO_REASON : { reason: "token_leaked", note: `Case ${incident}` },
  );
  const [typed, setTyped] = useState("");
  const { result, problem, isSending, act, forgive } = usePlannedAct<PlannedOrderResult>(onBusy);

  if (result) return <OrderOutcome result={result} onClose={onClose} />;

  const toType = typedFor(plan);
  const isConfirmed = toType === null || [toType.text, toType.shown].includes(typed.trim());
  const isReady = plan !== null && isExplained(because) && isConfirmed;

  function choose(next: OrderTerms, isWhole: boolean) {
    setIsTimed(isWhole);
    setTerms(next);
    forgive();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (plan === null || !isExplained(because) || !isConfirmed) return;
    const { reason, note } = because;
    act(() => sendOrder(plan, { reason, note: note.trim(), confirm: toType?.text ?? "" }, incident));
  }

  function anew() {
    forgive();
    setTyped("");
    replan();
  }

  return (
    <form className={classes.form} onSubmit={submit}>
      <OrderTermsFields terms={terms} isBusy={isSending} onChange={choose} />
      {plan ? (
        <>
          <p>
            <strong className={classes.name}>{plan.target.name}</strong>
          </p>
          <PlanView plan={plan} />
        </>
      ) : planError ? (
        <NotPlanned error={planError} onReplan={anew} onClose={onClose} />
      ) : isTimed ? (
        <Planning />
      ) : null}
      {planError && plan === null ? null : (
        <>
          <ReasonFields
            value={because}
            onChange={setBecause}
            placeholder="Where it was found, who asked, which ticket"
          />
          {toType === null ? null : <TypeToConfirm toType={toType.shown} value={typed} onChange={setTyped} />}
          {problem ? <PlanProblem error={problem} title="It was not done" onReplan={anew} /> : null}
          <PlannedActButtons
            act={plan ? actWords(plan) : terms.verb === "revoke" ? "Revoke" : "Suspend"}
            color={terms.verb === "revoke" ? "red" : "yellow"}
            icon={terms.verb === "revoke" ? <IconBan size={16} /> : <IconPlayerPause size={16} />}
            isReady={isReady}
            isSending={isSending}
            onClose={onClose}
          />
        </>
      )}
    </form>
  );
}
