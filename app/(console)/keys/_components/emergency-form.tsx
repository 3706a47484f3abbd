"use client";

import { Anchor, Button, Group } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck } from "@tabler/icons-react";
import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { PlanView } from "#components/revocation/plan-view.tsx";
import { PlannedActForm } from "#components/revocation/planned-act-form.tsx";
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
  return (
    <PlannedActForm<EmergencyPlan, EmergencyResult>
      about={kid}
      ask={askEmergency}
      view={({ plan, window }) => (
        <>
          <p>
            <strong className={classes.name}>{kid}</strong>
          </p>
          <PlanView plan={plan} />
          <OpenWindow window={window} />
        </>
      )}
      because={{ reason: "key_compromise", note: "" }}
      notePlaceholder="Where it was found, who could read it, which ticket"
      toTypeOf={(emergency) => {
        const text = emergency?.plan.confirm ?? kid;
        return emergency === null ? null : { text, shown: text };
      }}
      button={() => ({ act: words.emergencyAct, color: "red", icon: <IconAlertOctagon size={16} /> })}
      send={({ plan }, given) =>
        requestJson(`/api/v1/keys/${kid}/emergency`, { method: "POST", body: { planId: plan.id, ...given } })
      }
      outcome={(result, { window }) => <Outcome result={result} window={window} onClose={onClose} />}
      onClose={onClose}
      onBusy={onBusy}
    />
  );
}
