"use client";

import { Button, Group, NumberInput, Stack, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { KEY_PURPOSE_WORDS, type KeyPolicy, POLICY_DAYS_MAX } from "#lib/keys/model.ts";
import { keyWords as words } from "./words.ts";

function isWhole(value: number | string, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** Changes how often the key of a purpose is replaced by itself. */
export function EditPolicy({ policy }: { policy: KeyPolicy }) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  const [isOn, setIsOn] = useState(policy.isOn);
  const [every, setEvery] = useState<number | string>(policy.everyDays);
  const [ahead, setAhead] = useState<number | string>(policy.aheadDays);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { name } = KEY_PURPOSE_WORDS[policy.purpose];
  const isEvery = isWhole(every, 1, POLICY_DAYS_MAX);
  const isAhead = isEvery && isWhole(ahead, 0, every - 1);

  function open() {
    setIsOn(policy.isOn);
    setEvery(policy.everyDays);
    setAhead(policy.aheadDays);
    setError(null);
    setIsOpen(true);
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (!isAhead || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      const { version, algorithm } = policy;
      const body = { version, algorithm, isOn, everyDays: every, aheadDays: ahead };
      await requestJson(`/api/v1/key-policies/${policy.purpose}`, { method: "PUT", body });
      setIsOpen(false);
      notifications.show({ message: words.policySaved(name), color: "green" });
      router.refresh();
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
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
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => (isBusy ? undefined : setIsOpen(false))}
        title={words.policyTitle(name, policy.algorithm)}
        size={480}
      >
        <form onSubmit={save}>
          <Stack gap="md">
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
            <ProblemAlert error={error} />
            <Group justify="flex-end" gap="xs">
              <Button onClick={() => setIsOpen(false)} disabled={isBusy}>
                Cancel
              </Button>
              <Button type="submit" variant="filled" loading={isBusy} disabled={!isAhead}>
                {words.policySave}
              </Button>
            </Group>
          </Stack>
        </form>
      </OnDemandDialog>
    </>
  );
}
