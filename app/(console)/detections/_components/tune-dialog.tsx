"use client";

import { Button, Group, NumberInput, Stack, Switch, TagsInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { COUNTRIES_MAX, RULE_WORDS, type RuleSettings } from "#lib/detections/model.ts";
import { RULES } from "#lib/detections/rules.ts";
import { detectionWords as words } from "./words.ts";

/** Sets what a rule holds for usual of a client, inside of its bounds. */
export function TuneDialog({
  settings,
  client,
  isOpen,
  onClose,
}: {
  settings: RuleSettings;
  client: { id: string; clientId: string };
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const { thresholds, takesCountries, canMute } = RULES[settings.rule];
  const [changed, setChanged] = useState<Partial<Pick<RuleSettings, "isOn" | "values" | "countries">>>({});
  const { isOn, values, countries } = { ...settings, ...changed };

  function close() {
    if (request.isBusy) return;
    request.clear();
    setChanged({});
    onClose();
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    const body = { version: settings.version, isOn, values, countries };
    const url = `/api/v1/clients/${client.id}/detection-rules/${settings.rule}`;
    if ((await request.send("PUT", url, body)) === undefined) return router.refresh();
    setChanged({});
    onClose();
    router.refresh();
  }

  return (
    <OnDemandDialog
      isOpen={isOpen}
      onClose={close}
      title={`${words.tuneTitle}: ${RULE_WORDS[settings.rule]}`}
      size={480}
    >
      <form onSubmit={save}>
        <Stack gap="md">
          <p style={{ margin: 0 }}>{words.tuneText(client.clientId)}</p>
          {canMute ? (
            <Switch
              label={words.isOn}
              checked={isOn}
              onChange={(event) => setChanged({ ...changed, isOn: event.currentTarget.checked })}
            />
          ) : null}
          {Object.entries(thresholds).map(([key, { label, unit, min, max, default: usual }]) => (
            <NumberInput
              key={key}
              label={label}
              description={`${min.toLocaleString("en")} to ${max.toLocaleString("en")} ${unit}; ${usual.toLocaleString("en")} as a rule`}
              value={values[key] ?? usual}
              min={min}
              max={max}
              allowDecimal={false}
              required
              withAsterisk={false}
              disabled={!isOn}
              onChange={(value) =>
                typeof value === "number" && setChanged({ ...changed, values: { ...values, [key]: value } })
              }
            />
          ))}
          {takesCountries ? (
            <TagsInput
              label={words.countries}
              description={words.countriesHint}
              value={countries}
              maxTags={COUNTRIES_MAX}
              disabled={!isOn}
              onChange={(value) => setChanged({ ...changed, countries: value })}
            />
          ) : null}
          <ProblemAlert error={request.problem} />
          <Group justify="space-between" gap="xs">
            <Button
              variant="subtle"
              onClick={() =>
                setChanged({
                  isOn: true,
                  countries: [],
                  values: Object.fromEntries(
                    Object.entries(thresholds).map(([key, { default: usual }]) => [key, usual]),
                  ),
                })
              }
            >
              {words.reset}
            </Button>
            <Group gap="xs">
              <Button onClick={close} disabled={request.isBusy}>
                Cancel
              </Button>
              <Button type="submit" variant="filled" loading={request.isBusy}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </OnDemandDialog>
  );
}
