"use client";

import { Button, NumberInput, Switch, TagsInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { COUNTRIES_MAX, RULE_WORDS, type RuleSettings } from "#lib/detections/model.ts";
import { RULES } from "#lib/detections/rules.ts";
import { allCountries, countryName, parseCountry } from "#lib/list-query/country.ts";
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
    request.clear();
    setChanged({});
    onClose();
  }

  async function save() {
    const body = { version: settings.version, isOn, values, countries };
    const url = `/api/v1/clients/${client.id}/detection-rules/${settings.rule}`;
    if ((await request.send("PUT", url, body)) === undefined) return router.refresh();
    setChanged({});
    onClose();
    router.refresh();
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={`${words.tuneTitle}: ${RULE_WORDS[settings.rule]}`}
      act="Save"
      isBusy={request.isBusy}
      problem={request.problem}
      aside={
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
      }
      onSubmit={save}
    >
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
          // a code becomes a name as soon as it is known; the console takes both
          value={countries.map(countryName)}
          data={allCountries().map(({ name }) => name)}
          limit={12}
          maxTags={COUNTRIES_MAX}
          disabled={!isOn}
          onChange={(value) =>
            setChanged({ ...changed, countries: value.map((text) => parseCountry(text) ?? text) })
          }
          comboboxProps={{ withinPortal: false }}
        />
      ) : null}
    </FormDialog>
  );
}
