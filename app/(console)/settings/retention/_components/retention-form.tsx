"use client";

import { NumberInput } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { EXPIRED_TOKEN_DAYS, type RetentionPlan } from "#lib/retention/model.ts";
import { LeavingWords } from "./leaving-words.tsx";
import { retentionWords as words } from "./words.ts";

type RetentionFormProps = { days: number; version: number; mayChange: boolean };

const { min, max } = EXPIRED_TOKEN_DAYS;
const FIELDS = ["expiredTokenDays"];

function whyNotYet(draft: number | null, days: number): string | null {
  if (draft === null || !Number.isInteger(draft) || draft < min || draft > max) return `${words.range}.`;
  return draft === days ? words.unchanged : null;
}

/** How long expired tokens stay. Fewer days show first what leaves with them, and ask. */
export function RetentionForm({ days, version, mayChange }: RetentionFormProps) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [draft, setDraft] = useState<number | null>(days);
  const [plan, setPlan] = useState<RetentionPlan | null>(null);

  function saved() {
    done(words.saved);
  }

  async function submit() {
    if (draft === null) return;
    request.clear();
    if (draft < days) {
      try {
        const next = await requestJson<RetentionPlan>(`/api/v1/retention/plan?days=${draft}`);
        if (next.weeks.length > 0) return setPlan(next);
      } catch {
        // the change itself says what is wrong, or that weeks would leave that nobody saw
      }
    }
    const body = { version, expiredTokenDays: draft, leaving: [] };
    if ((await request.send("PUT", "/api/v1/retention", body)) !== undefined) saved();
  }

  async function confirm() {
    if (plan === null) return;
    const leaving = plan.weeks.map(({ week }) => week);
    await requestJson("/api/v1/retention", {
      method: "PUT",
      body: { version, expiredTokenDays: plan.expiredTokenDays, leaving },
    });
    saved();
  }

  if (!mayChange)
    return (
      <Card title={words.days}>
        <p>
          <strong>{groupedNumber(days)} days.</strong> {words.daysHelp}
        </p>
        <p className="muted">{words.readOnly}</p>
      </Card>
    );
  return (
    <>
      <FormCard
        name={words.title}
        onSubmit={submit}
        request={request}
        submitWord={words.save}
        whyNotYet={whyNotYet(draft, days)}
        guarded="retention"
      >
        <FormSection title={words.days} help={words.daysHelp}>
          <NumberInput
            label={words.field}
            suffix=" days"
            thousandSeparator=","
            allowDecimal={false}
            allowNegative={false}
            min={min}
            max={max}
            clampBehavior="none"
            value={draft ?? ""}
            onChange={(value) => {
              request.touch(...FIELDS);
              setDraft(typeof value === "number" ? value : null);
            }}
            error={request.faultOf("expiredTokenDays")}
            w={220}
          />
        </FormSection>
      </FormCard>
      <ConfirmDialog
        isOpen={plan !== null}
        onClose={() => setPlan(null)}
        title="Take weeks out of the register"
        act="Save and let them go"
        isDanger
        onConfirm={confirm}
      >
        {plan === null ? null : <LeavingWords plan={plan} />}
      </ConfirmDialog>
    </>
  );
}
