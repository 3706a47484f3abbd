"use client";

import { Group, NumberInput } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { ACT_DAYS, type LogPlan, USE_DAYS } from "#lib/log-retention/model.ts";
import { LeavingLogWords } from "./leaving-log-words.tsx";
import { logRetentionWords as words } from "./words.ts";

type LogRetentionFormProps = { useDays: number; actDays: number; version: number; mayChange: boolean };
type Draft = { useDays: number | null; actDays: number | null };

const FIELDS = ["useDays", "actDays"];

const isWithin = (value: number | null, { min, max }: { min: number; max: number }): value is number =>
  value !== null && Number.isInteger(value) && value >= min && value <= max;

function whyNotYet(draft: Draft, { useDays, actDays }: { useDays: number; actDays: number }): string | null {
  if (!isWithin(draft.useDays, USE_DAYS)) return `${words.useRange}.`;
  if (!isWithin(draft.actDays, ACT_DAYS)) return `${words.actRange}.`;
  return draft.useDays === useDays && draft.actDays === actDays ? words.unchanged : null;
}

/** How long uses and acts stay. Fewer days show first what leaves with them, and ask. */
export function LogRetentionForm({ useDays, actDays, version, mayChange }: LogRetentionFormProps) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [draft, setDraft] = useState<Draft>({ useDays, actDays });
  const [plan, setPlan] = useState<LogPlan | null>(null);

  function saved() {
    done(words.saved);
  }

  async function submit() {
    if (draft.useDays === null || draft.actDays === null) return;
    request.clear();
    if (draft.useDays < useDays || draft.actDays < actDays) {
      try {
        const next = await requestJson<LogPlan>(
          `/api/v1/log-retention/plan?useDays=${draft.useDays}&actDays=${draft.actDays}`,
        );
        if (next.days.days.length > 0 || next.acts !== null) return setPlan(next);
      } catch {
        // the change itself says what is wrong, or that something would leave that nobody saw
      }
    }
    if ((await request.send("PUT", "/api/v1/log-retention", { version, ...draft })) !== undefined) saved();
  }

  async function confirm() {
    if (plan === null) return;
    await requestJson("/api/v1/log-retention", {
      method: "PUT",
      body: {
        version,
        useDays: plan.useDays,
        actDays: plan.actDays,
        leavingDays: plan.days.days.map(({ day }) => day),
        leavingActsThrough: plan.acts?.through ?? 0,
      },
    });
    saved();
  }

  const field = (name: "useDays" | "actDays", label: string, { min, max }: typeof USE_DAYS) => (
    <NumberInput
      label={label}
      suffix=" days"
      thousandSeparator=","
      allowDecimal={false}
      allowNegative={false}
      min={min}
      max={max}
      clampBehavior="none"
      value={draft[name] ?? ""}
      onChange={(value) => {
        request.touch(name);
        setDraft((before) => ({ ...before, [name]: typeof value === "number" ? value : null }));
      }}
      error={request.faultOf(name)}
      w={220}
    />
  );

  if (!mayChange)
    return (
      <Card title={words.stay}>
        <p>
          <strong>
            Uses {groupedNumber(useDays)} days, acts {groupedNumber(actDays)} days.
          </strong>{" "}
          {words.help}
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
        whyNotYet={whyNotYet(draft, { useDays, actDays })}
        guarded="retention"
      >
        <FormSection title={words.stay} help={words.help}>
          <Group gap="md" align="flex-start">
            {field("useDays", words.uses, USE_DAYS)}
            {field("actDays", words.acts, ACT_DAYS)}
          </Group>
        </FormSection>
      </FormCard>
      <ConfirmDialog
        isOpen={plan !== null}
        onClose={() => setPlan(null)}
        title={words.dialog}
        act={words.confirm}
        isDanger
        onConfirm={confirm}
      >
        {plan === null ? null : <LeavingLogWords plan={plan} />}
      </ConfirmDialog>
    </>
  );
}
