"use client";

import { IconBan, IconPlayerPause } from "@tabler/icons-react";
import { useState } from "react";
import type { OrderPlan, PlannedOrderResult, PlanTargetInput } from "#lib/order-plans/model.ts";
import { NO_REASON } from "../overlay/reason-fields.tsx";
import { OrderOutcome } from "./order-outcome.tsx";
import { askPlan, type OrderTerms, sendOrder } from "./order-requests.ts";
import { OrderTermsFields } from "./order-terms-fields.tsx";
import { actWords, DO_WORDS, typedFor } from "./order-words.ts";
import { PlanView } from "./plan-view.tsx";
import { PlannedActForm } from "./planned-act-form.tsx";
import classes from "./revoke-dialog.module.css";

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
  const isFinal = terms.verb === "revoke";
  return (
    <PlannedActForm<OrderPlan, PlannedOrderResult>
      about={isTimed ? JSON.stringify(terms) : null}
      ask={askFor}
      restMs={REST_MS}
      head={({ isSending, changed }) => (
        <OrderTermsFields
          terms={terms}
          isBusy={isSending}
          onChange={(next, isWhole) => {
            setIsTimed(isWhole);
            setTerms(next);
            changed();
          }}
        />
      )}
      view={(plan) => (
        <>
          <p>
            <strong className={classes.name}>{plan.target.name}</strong>
          </p>
          <PlanView plan={plan} />
        </>
      )}
      because={incident === undefined ? NO_REASON : { reason: "token_leaked", note: `Case ${incident}` }}
      notePlaceholder="Where it was found, who asked, which ticket"
      toTypeOf={typedFor}
      button={(plan) => ({
        act: plan ? actWords(plan) : DO_WORDS[terms.verb],
        color: isFinal ? "red" : "yellow",
        icon: isFinal ? <IconBan size={16} /> : <IconPlayerPause size={16} />,
      })}
      send={(plan, given) => sendOrder(plan, given, incident)}
      outcome={(result) => <OrderOutcome result={result} onClose={onClose} />}
      onClose={onClose}
      onBusy={onBusy}
    />
  );
}
