"use client";

import { Anchor, Button, Group } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck } from "@tabler/icons-react";
import Link from "next/link";
import { type FormEvent, useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { type Because, isExplained, ReasonFields } from "#components/overlay/reason-fields.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { NotPlanned, PlannedActButtons, TypeToConfirm } from "#components/revocation/confirm-planned.tsx";
import { PlanProblem } from "#components/revocation/plan-problem.tsx";
import { PlanView } from "#components/revocation/plan-view.tsx";
import { Planning } from "#components/revocation/planning.tsx";
import classes from "#components/revocation/revoke-dialog.module.css";
import { usePlan } from "#components/revocation/use-plan.ts";
import { usePlannedAct } from "#components/revocation/use-planned-act.ts";
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

function askEmergency(kid: string, signal: AbortSignal): Promise<EmergencyPlan> {
  return requestJson(`/api/v1/keys/${kid}/emergency-plan`, { method: "POST", signal });
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
  const { plan: emergency, error, replan } = usePlan(kid, askEmergency);
  const [because, setBecause] = useState<Because>({ reason: "key_compromise", note: "" });
  const [typed, setTyped] = useState("");
  const { result, problem, isSending, act, forgive } = usePlannedAct<EmergencyResult>(onBusy);

  if (result && emergency) return <Outcome result={result} window={emergency.window} onClose={onClose} />;

  const toType = emergency?.plan.confirm ?? kid;
  const isReady = emergency !== null && isExplained(because) && typed.trim() === toType;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (emergency === null || !isExplained(because) || typed.trim() !== toType) return;
    const { reason, note } = because;
    const body = { planId: emergency.plan.id, reason, note: note.trim(), confirm: typed.trim() };
    act(() => requestJson(`/api/v1/keys/${kid}/emergency`, { method: "POST", body }));
  }

  function anew() {
    forgive();
    setTyped("");
    replan();
  }

  if (emergency === null)
    return error ? <NotPlanned error={error} onReplan={anew} onClose={onClose} /> : <Planning />;
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
      <TypeToConfirm toType={toType} value={typed} onChange={setTyped} />
      {problem ? <PlanProblem error={problem} title="It was not done" onReplan={anew} /> : null}
      <PlannedActButtons
        act={words.emergencyAct}
        color="red"
        icon={<IconAlertOctagon size={16} />}
        isReady={isReady}
        isSending={isSending}
        onClose={onClose}
      />
    </form>
  );
}
