"use client";

import { Button, Group, TextInput } from "@mantine/core";
import { IconBan, IconPlayerPause } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import type { OrderPlan, PlannedOrderResult, PlanTargetInput } from "#lib/order-plans/model.ts";
import { type Because, isExplained, NO_REASON, ReasonFields } from "../overlay/reason-fields.tsx";
import { OrderOutcome } from "./order-outcome.tsx";
import { askPlan, type OrderTerms, sendOrder } from "./order-requests.ts";
import { OrderTermsFields } from "./order-terms-fields.tsx";
import { actWords, typedFor } from "./order-words.ts";
import { PlanProblem } from "./plan-problem.tsx";
import { PlanView } from "./plan-view.tsx";
import { Planning } from "./planning.tsx";
import classes from "./revoke-dialog.module.css";

/** How long terms rest before a plan is made for them. */
const REST_MS = 350;

/** The plan for what is chosen, made anew whenever that changes or is asked for. */
function usePlan(terms: OrderTerms, isReady: boolean) {
  const [plan, setPlan] = useState<OrderPlan | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const text = JSON.stringify(terms);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is asked for again on purpose
  useEffect(() => {
    setPlan(null);
    setError(null);
    if (!isReady) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      askPlan(JSON.parse(text) as OrderTerms, stop.signal)
        .then(setPlan)
        .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, isReady, attempt]);
  return { plan, error, replan: () => setAttempt((count) => count + 1) };
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
  const router = useRouter();
  const [terms, setTerms] = useState<OrderTerms>({
    verb: "revoke",
    target,
    effectiveFrom: null,
    suspendedUntil: null,
  });
  const [isTimed, setIsTimed] = useState(true);
  const { plan, error: planError, replan } = usePlan(terms, isTimed);
  const [because, setBecause] = useState<Because>(
    incident === undefined ? NO_REASON : { reason: "token_leaked", note: `Case ${incident}` },
  );
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const [result, setResult] = useState<PlannedOrderResult | null>(null);

  if (result) return <OrderOutcome result={result} onClose={onClose} />;

  const toType = typedFor(plan);
  const isConfirmed = toType === null || [toType.text, toType.shown].includes(typed.trim());
  const isReady = plan !== null && isExplained(because) && isConfirmed;

  function choose(next: OrderTerms, isWhole: boolean) {
    setIsTimed(isWhole);
    setTerms(next);
    setProblem(null);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (plan === null || !isExplained(because) || !isConfirmed || isSending) return;
    setIsSending(true);
    onBusy(true);
    setProblem(null);
    try {
      const { reason, note } = because;
      setResult(await sendOrder(plan, { reason, note: note.trim(), confirm: toType?.text ?? "" }, incident));
      router.refresh();
    } catch (cause) {
      setProblem(cause);
    } finally {
      setIsSending(false);
      onBusy(false);
    }
  }

  function anew() {
    setProblem(null);
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
        <PlanProblem error={planError} title="It could not be planned" onReplan={anew} />
      ) : isTimed ? (
        <Planning />
      ) : null}
      {planError && plan === null ? (
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button onClick={anew}>Try again</Button>
        </Group>
      ) : (
        <>
          <ReasonFields
            value={because}
            onChange={setBecause}
            placeholder="Where it was found, who asked, which ticket"
          />
          {toType === null ? null : (
            <TextInput
              label={
                <>
                  Type <span className={classes.name}>{toType.shown}</span> to confirm
                </>
              }
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {problem ? <PlanProblem error={problem} title="It was not done" onReplan={anew} /> : null}
          <Group justify="flex-end" gap="xs" className={classes.actions}>
            <Button onClick={onClose} disabled={isSending}>
              Cancel
            </Button>
            <Button
              type="submit"
              variant="filled"
              color={terms.verb === "revoke" ? "red" : "yellow"}
              leftSection={terms.verb === "revoke" ? <IconBan size={16} /> : <IconPlayerPause size={16} />}
              disabled={!isReady}
              loading={isSending}
            >
              {plan ? actWords(plan) : terms.verb === "revoke" ? "Revoke" : "Suspend"}
            </Button>
          </Group>
        </>
      )}
    </form>
  );
}
