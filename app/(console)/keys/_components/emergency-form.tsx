"use client";

import { Anchor, Button, Group, TextInput } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { type Because, isExplained, ReasonFields } from "#components/overlay/reason-fields.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { PlanProblem } from "#components/revocation/plan-problem.tsx";
import { PlanView } from "#components/revocation/plan-view.tsx";
import { Planning } from "#components/revocation/planning.tsx";
import classes from "#components/revocation/revoke-dialog.module.css";
import type { EmergencyPlan, EmergencyResult } from "#lib/keys/model.ts";
import { keyWords as words } from "./words.ts";

/** What is open until when. */
function OpenWindow({ window }: { window: EmergencyPlan["window"] }) {
  return (
    <div>
      <h3 className={classes.heading}>{words.window}</h3>
      <ul className={classes.remains}>
        {window.says.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p>
        {words.closedBy} <Instant at={window.until} show="exact" focusable />
      </p>
    </div>
  );
}

function Outcome({
  result,
  window,
  onClose,
}: {
  result: EmergencyResult;
  window: EmergencyPlan["window"];
  onClose: () => void;
}) {
  return (
    <div className={classes.form} role="status">
      <div className={classes.outcome}>
        <IconCircleCheck size={20} aria-hidden />
        <p>{result.sentences.join(" ")}</p>
      </div>
      <OpenWindow window={window} />
      <Group justify="space-between" gap="xs">
        <Anchor
          component={Link}
          prefetch={false}
          href={`/orders/${result.order.order.id}`}
          onClick={onClose}
          size="sm"
          style={{ textDecoration: "underline" }}
        >
          {words.byOrder}
        </Anchor>
        <Button variant="filled" onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </div>
  );
}

/** The emergency's plan, the reason, the id typed, and afterwards what was done. */
export function EmergencyForm({
  kid,
  onClose,
  onBusy,
}: {
  kid: string;
  onClose: () => void;
  onBusy: (isBusy: boolean) => void;
}) {
  const router = useRouter();
  const [attempt, setAttempt] = useState(0);
  const [emergency, setEmergency] = useState<EmergencyPlan | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [because, setBecause] = useState<Because>({ reason: "key_compromise", note: "" });
  const [typed, setTyped] = useState("");
  const [isSending, setIsSending] = useState(false);
  const [result, setResult] = useState<EmergencyResult | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is asked for again on purpose
  useEffect(() => {
    const stop = new AbortController();
    setEmergency(null);
    setProblem(null);
    requestJson<EmergencyPlan>(`/api/v1/keys/${kid}/emergency-plan`, { method: "POST", signal: stop.signal })
      .then(setEmergency)
      .catch((cause) => (stop.signal.aborted ? undefined : setProblem(cause)));
    return () => stop.abort();
  }, [kid, attempt]);

  if (result && emergency) return <Outcome result={result} window={emergency.window} onClose={onClose} />;

  const toType = emergency?.plan.confirm ?? kid;
  const isReady = emergency !== null && isExplained(because) && typed.trim() === toType;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (emergency === null || !isExplained(because) || typed.trim() !== toType || isSending) return;
    setIsSending(true);
    onBusy(true);
    setProblem(null);
    try {
      const body = {
        planId: emergency.plan.id,
        reason: because.reason,
        note: because.note.trim(),
        confirm: typed.trim(),
      };
      setResult(
        await requestJson<EmergencyResult>(`/api/v1/keys/${kid}/emergency`, { method: "POST", body }),
      );
      router.refresh();
    } catch (cause) {
      setProblem(cause);
    } finally {
      setIsSending(false);
      onBusy(false);
    }
  }

  const replan = () => setAttempt((count) => count + 1);
  if (emergency === null)
    return problem ? (
      <PlanProblem error={problem} title="It could not be planned" onReplan={replan} />
    ) : (
      <Planning />
    );
  return (
    <form className={classes.form} onSubmit={submit}>
      <p>
        <strong className={classes.name}>{kid}</strong>
      </p>
      <PlanView plan={emergency.plan} />
      <OpenWindow window={emergency.window} />
      <ReasonFields
        value={because}
        onChange={setBecause}
        placeholder="Where it was found, who could read it, which ticket"
      />
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
      {problem ? <PlanProblem error={problem} title="It was not done" onReplan={replan} /> : null}
      <Group justify="flex-end" gap="xs" className={classes.actions}>
        <Button onClick={onClose} disabled={isSending}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="filled"
          color="red"
          leftSection={<IconAlertOctagon size={16} />}
          disabled={!isReady}
          loading={isSending}
        >
          {words.emergencyAct}
        </Button>
      </Group>
    </form>
  );
}
