"use client";

import { Button, NumberInput, Switch } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { KEY_PURPOSE_WORDS, type KeyPolicy, POLICY_DAYS_MAX } from "#lib/keys/model.ts";
import { keyWords as words } from "./words.ts";

function isWhole(value: number | string, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** Changes how often the key of a purpose is replaced by itself. */
export function EditPolicy({ policy }: { policy: KeyPolicy }) {
  const done = useDone();
  const request = useSend();
  const [isOpen, setIsOpen] = useState(false);
  const [isOn, setIsOn] = useState(policy.isOn);
  const [every, setEvery] = useState<number | string>(policy.everyDays);
  const [ahead, setAhead] = useState<number | string>(policy.aheadDays);
  const { name } = KEY_PURPOSE_WORDS[policy.purpose];
  const isEvery = isWhole(every, 1, POLICY_DAYS_MAX);
  const isAhead = isEvery && isWhole(ahead, 0, every - 1);

  function open() {
    setIsOn(policy.isOn);
    setEvery(policy.everyDays);
    setAhead(policy.aheadDays);
    request.clear();
    setIsOpen(true);
  }

  async function save() {
    const { version, algorithm } = policy;
    const body = { version, algorithm, isOn, everyDays: every, aheadDays: ahead };
    const saved = await request.send("PUT", `/api/v1/key-policies/${policy.purpose}`, body);
    if (saved === undefined) return;
    setIsOpen(false);
    done(words.policySaved(name));
  }

  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-label={`${words.policyEdit} ${name}, ${policy.algorithm}`}
        onClick={open}
      >
        {words.policyEdit}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.policyTitle(name, policy.algorithm)}
        act={words.policySave}
        isReady={isAhead}
        isBusy={request.isBusy}
        problem={request.problem}
        onSubmit={save}
        guarded="keys"
      >
        <Switch
          label={words.policyOn}
          checked={isOn}
          onChange={(event) => setIsOn(event.currentTarget.checked)}
        />
        <NumberInput
          label={words.policyEvery}
          suffix=" days"
          allowDecimal={false}
          allowNegative={false}
          value={every}
          onChange={setEvery}
          error={isEvery ? null : words.policyEveryRange}
        />
        <NumberInput
          label={words.policyAhead}
          suffix=" days"
          allowDecimal={false}
          allowNegative={false}
          value={ahead}
          onChange={setAhead}
          error={!isEvery || isAhead ? null : words.policyAheadRange}
        />
      </FormDialog>
    </>
  );
}
