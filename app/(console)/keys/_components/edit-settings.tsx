"use client";

import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { JWKS_CACHE_SECONDS, KEY_KEEP_DAYS, type KeySettings } from "#lib/keys/model.ts";
import { keyWords as words } from "./words.ts";

function isWithin(value: number | string, { min, max }: { min: number; max: number }): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** Changes how long the JWKS may be kept, and a replaced key stays in it. */
export function EditSettings({ settings }: { settings: KeySettings }) {
  const done = useDone();
  const request = useSend();
  const [isOpen, setIsOpen] = useState(false);
  const [cache, setCache] = useState<number | string>(settings.jwksCacheSeconds);
  const [keep, setKeep] = useState<number | string>(settings.keyKeepDays);
  const isCache = isWithin(cache, JWKS_CACHE_SECONDS);
  const isKeep = isWithin(keep, KEY_KEEP_DAYS);
  const isShorter = isCache && cache < settings.jwksCacheSeconds;

  function open() {
    setCache(settings.jwksCacheSeconds);
    setKeep(settings.keyKeepDays);
    request.clear();
    setIsOpen(true);
  }

  async function save() {
    const body = { version: settings.version, jwksCacheSeconds: cache, keyKeepDays: keep };
    if ((await request.send("PUT", "/api/v1/key-settings", body)) === undefined) return;
    setIsOpen(false);
    done(words.settingsSaved);
  }

  return (
    <>
      <Button variant="subtle" size="compact-sm" aria-label={words.settingsEdit} onClick={open}>
        {words.policyEdit}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.settings}
        act={words.policySave}
        isReady={isCache && isKeep}
        isBusy={request.isBusy}
        problem={request.problem}
        onSubmit={save}
        guarded="keys"
      >
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
      </FormDialog>
    </>
  );
}
