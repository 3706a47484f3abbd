import { Card } from "#components/display/card.tsx";
import { durationWords } from "#components/display/duration.ts";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import type { KeySettings } from "#lib/keys/model.ts";
import { EditSettings } from "./edit-settings.tsx";
import { days, keyWords as words } from "./words.ts";

/** How long the JWKS may be kept, and a replaced key stays in it. */
export function SettingsCard({ settings, mayChange }: { settings: KeySettings; mayChange: boolean }) {
  const { jwksCacheSeconds, keyKeepDays, cachedUntil } = settings;
  return (
    <Card
      title={words.settings}
      aside={mayChange ? <EditSettings key={settings.version} settings={settings} /> : null}
    >
      <KeyValue
        items={[
          { key: words.settingCache, value: durationWords(jwksCacheSeconds) },
          { key: words.settingKeep, value: words.settingKept(days(keyKeepDays)) },
          ...(cachedUntil === null
            ? []
            : [{ key: words.settingWaits, value: <Instant at={cachedUntil} focusable /> }]),
        ]}
      />
    </Card>
  );
}
