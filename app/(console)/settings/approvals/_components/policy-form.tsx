"use client";

import { Alert, Checkbox, NumberInput, Stack } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useState } from "react";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import {
  ALWAYS_KINDS,
  type ApprovalPolicy,
  BULK_TOKENS_RANGE,
  GUARDED_WORDS,
  OWNERS_NEEDED,
  POLICY_KINDS,
  type PolicyKind,
} from "#lib/approvals/model.ts";
import { policyWords as words } from "./words.ts";

const FIELDS = ["kinds", "bulkTokens"];
const isAlways = (kind: PolicyKind) => (ALWAYS_KINDS as readonly PolicyKind[]).includes(kind);

function standing({ isOn, owners, kinds }: ApprovalPolicy): string {
  if (isOn) return words.on;
  if (owners < OWNERS_NEEDED) return words.offAlone(owners);
  return kinds.length === 0 ? words.off : words.on;
}

/** Which acts want a second person, and from how many tokens on. */
export function PolicyForm({ policy, mayChange }: { policy: ApprovalPolicy; mayChange: boolean }) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [kinds, setKinds] = useState<readonly PolicyKind[]>(policy.kinds);
  const [bulkTokens, setBulkTokens] = useState<number | null>(policy.bulkTokens);

  function toggle(kind: PolicyKind, isChosen: boolean) {
    request.touch("kinds");
    setKinds((was) => POLICY_KINDS.filter((one) => (one === kind ? isChosen : was.includes(one))));
  }

  async function save() {
    const body = { version: policy.version, kinds, bulkTokens };
    if ((await request.send("PATCH", "/api/v1/approval-policy", body)) === undefined) return;
    done(words.saved);
  }

  const isSame =
    POLICY_KINDS.every((kind) => kinds.includes(kind) === policy.kinds.includes(kind)) &&
    bulkTokens === policy.bulkTokens;
  const whyNotYet = mayChange ? (isSame ? words.unchanged : null) : words.readOnly;
  const Icon = policy.isOn ? IconCircleCheck : IconCircleDashed;
  return (
    <FormCard
      name={words.title}
      onSubmit={save}
      request={request}
      submitWord={words.save}
      whyNotYet={whyNotYet}
      guarded="policy"
    >
      <FormSection title={words.state} help={words.owners(policy)}>
        <p style={{ display: "flex", gap: 8 }}>
          <Icon
            size={18}
            aria-hidden
            style={{
              flex: "none",
              marginTop: 1,
              color: policy.isOn ? "var(--tw-active)" : "var(--tw-muted)",
            }}
          />
          <strong>{standing(policy)}</strong>
        </p>
        {policy.isOn && policy.ownersIn < OWNERS_NEEDED ? (
          <Alert color="yellow">{words.cannotApprove(policy.ownersIn)}</Alert>
        ) : null}
      </FormSection>
      <FormSection title={words.kinds} help={words.kindsHelp}>
        <Stack gap={12} role="group" aria-label={words.kinds}>
          {POLICY_KINDS.map((kind) => {
            const { name, means } = GUARDED_WORDS[kind];
            const counts = isAlways(kind) && kinds.length > 0 && !kinds.includes(kind);
            return (
              <Checkbox
                key={kind}
                label={counts ? `${name} (${words.always})` : name}
                description={means}
                checked={kinds.includes(kind)}
                indeterminate={counts}
                disabled={!mayChange}
                onChange={(event) => toggle(kind, event.currentTarget.checked)}
              />
            );
          })}
        </Stack>
      </FormSection>
      <FormSection title={words.bulk} help={words.bulkHelp}>
        <NumberInput
          label={words.bulkLabel}
          thousandSeparator=","
          allowDecimal={false}
          allowNegative={false}
          min={BULK_TOKENS_RANGE.min}
          max={BULK_TOKENS_RANGE.max}
          clampBehavior="none"
          value={bulkTokens ?? ""}
          onChange={(value) => {
            request.touch("bulkTokens");
            setBulkTokens(typeof value === "number" ? value : null);
          }}
          error={request.faultOf("bulkTokens")}
          disabled={!mayChange || !kinds.includes("bulk")}
          w={220}
        />
      </FormSection>
    </FormCard>
  );
}
