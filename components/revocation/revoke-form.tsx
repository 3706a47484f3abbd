"use client";

import { Button, Group, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconBan, IconPlayerPause } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import type { OrderPlan, PlannedOrderResult, PlanTargetInput } from "#lib/order-plans/model.ts";
import { REASON_WORDS, REASONS, type Reason } from "#lib/revocations/model.ts";
import { OrderOutcome } from "./order-outcome.tsx";
import { askPlan, type OrderTerms, sendOrder } from "./order-requests.ts";
import { OrderTermsFields } from "./order-terms-fields.tsx";
import { actWords } from "./order-words.ts";
import { PlanProblem } from "./plan-problem.tsx";
import { PlanView } from "./plan-view.tsx";
import { Planning } from "./planning.tsx";
import classes from "./revoke-dialog.module.css";

/** Above so many tokens something is to be typed, whatever the organisation asks for. */
const TYPE_ABOVE = 20;
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

function typedFor(plan: OrderPlan | null): string | null {
  if (plan === null) return null;
  if (plan.confirm !== null) return plan.confirm;
  if (plan.tokens.value <= TYPE_ABOVE) return null;
  return plan.target.kind === "selection" ? `${plan.tokens.value} tokens` : plan.target.name;
}

/** What a revocation or suspension will do, the reason, and afterwards what it did. */
export function RevokeForm({
  target,
  onClose,
  onBusy,
}: {
  target: PlanTargetInput;
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
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const [result, setResult] = useState<PlannedOrderResult | null>(null);

  if (result) return <OrderOutcome result={result} onClose={onClose} />;

  const needsNote = reason === "unspecified";
  const toType = typedFor(plan);
  const isReady =
    plan !== null &&
    reason !== "" &&
    (!needsNote || note.trim() !== "") &&
    (toType === null || typed.trim() === toType);

  function choose(next: OrderTerms, isWhole: boolean) {
    setIsTimed(isWhole);
    setTerms(next);
    setProblem(null);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (plan === null || !isReady || isSending) return;
    setIsSending(true);
    onBusy(true);
    setProblem(null);
    try {
      setResult(
        await sendOrder(plan, { reason: reason as Reason, note: note.trim(), confirm: typed.trim() }),
      );
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
          <NativeSelect
            label="Reason"
            description="Stands in the audit log beside your name."
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value as Reason | "")}
            data={[
              { value: "", label: "Choose a reason" },
              ...REASONS.map((value) => ({ value, label: REASON_WORDS[value] })),
            ]}
          />
          <Textarea
            label="Note"
            required={needsNote}
            autosize
            minRows={2}
            maxLength={1000}
            placeholder="Where it was found, who asked, which ticket"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {toType === null ? null : (
            <TextInput
              label={
                <>
                  Type <span className={classes.name}>{toType}</span> to confirm
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
