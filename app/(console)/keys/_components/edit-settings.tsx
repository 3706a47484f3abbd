"use client";

import { Button, Group, NumberInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { JWKS_CACHE_SECONDS, KEY_KEEP_DAYS, type KeySettings } from "#lib/keys/model.ts";
import { keyWords as words } from "./words.ts";

function isWithin(value: number | string, { min, max }: { min: number; max: number }): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** Changes how long the JWKS may be kept, and a replaced key stays in it. */
export function EditSettings({ settings }: { settings: KeySettings }) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  const [cache, setCache] = useState<number | string>(settings.jwksCacheSeconds);
  const [keep, setKeep] = useState<number | string>(settings.keyKeepDays);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isCache = isWithin(cache, JWKS_CACHE_SECONDS);
  const isKeep = isWithin(keep, KEY_KEEP_DAYS);
  const isShorter = isCache && cache < settings.jwksCacheSeconds;

  function open() {
    setCache(settings.jwksCacheSeconds);
    setKeep(settings.keyKeepDays);
    setError(null);
    setIsOpen(true);
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (!isCache || !isKeep || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      const body = { version: settings.version, jwksCacheSeconds: cache, keyKeepDays: keep };
      await requestJson("/api/v1/key-settings", { method: "PUT", body });
      setIsOpen(false);
      notifications.show({ message: words.settingsSaved, color: "green" });
      router.refresh();
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <>
      <Button variant="subtle" size="compact-sm" aria-label={words.settingsEdit} onClick={open}>
        {words.policyEdit}
      </Button>
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => (isBusy ? undefined : setIsOpen(false))}
        title={words.settings}
        size={480}
      >
        <form onSubmit={save}>
          <Stack gap="md">
            <NumberInput
              label={words.settingCache}
              description={words.settingCacheMeans}
              suffix=" seconds"
              allowDecimal={false}
              allowNegative={false}
              value={cache}
              onChange={setCache}
              error={isCache ? null : words.settingCacheRange}
            />
            {isShorter ? <p>{words.settingShorter}</p> : null}
            <NumberInput
              label={words.settingKeep}
              description={words.settingKeepMeans}
              suffix=" days"
              allowDecimal={false}
              allowNegative={false}
              value={keep}
              onChange={setKeep}
              error={isKeep ? null : words.settingKeepRange}
            />
            <ProblemAlert error={error} />
            <Group justify="flex-end" gap="xs">
              <Button onClick={() => setIsOpen(false)} disabled={isBusy}>
                Cancel
              </Button>
              <Button type="submit" variant="filled" loading={isBusy} disabled={!isCache || !isKeep}>
                {words.policySave}
              </Button>
            </Group>
          </Stack>
        </form>
      </OnDemandDialog>
    </>
  );
}
