"use client";

import { useState } from "react";
import { NotificationKinds } from "#app/(console)/_components/notification-kinds.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import {
  type Choices,
  KINDS,
  NOTIFICATION_KINDS,
  type NotificationDefaults,
} from "#lib/notifications/model.ts";
import { settingsWords as words } from "./words.ts";

/** What admins are told of unless they choose otherwise. */
export function DefaultsForm({ settings, canWrite }: { settings: NotificationDefaults; canWrite: boolean }) {
  const done = useDone();
  const request = useSend();
  const [defaults, setDefaults] = useState<Choices>(settings.defaults);
  const table = (
    <NotificationKinds
      name={words.defaults}
      disabled={!canWrite}
      lines={NOTIFICATION_KINDS.map((kind) => {
        const { alwaysFor, defaults: own } = KINDS[kind];
        const isAlways = alwaysFor === "all";
        return {
          kind,
          always: isAlways ? "these" : alwaysFor.length > 0 ? "owners" : null,
          channels: {
            console: isAlways || (defaults[kind]?.console ?? own.console),
            mail: isAlways || (defaults[kind]?.mail ?? own.mail),
          },
        };
      })}
      onChange={(kind, channel, isOn) =>
        setDefaults((was) => ({ ...was, [kind]: { ...was[kind], [channel]: isOn } }))
      }
    />
  );

  async function save() {
    const saved = await request.send<NotificationDefaults>("PUT", "/api/v1/notification-settings", {
      version: settings.version,
      defaults,
    });
    if (saved === undefined) return;
    done(words.saved);
  }

  if (!canWrite) return table;
  return (
    <FormCard
      name={words.defaults}
      onSubmit={() => void save()}
      request={request}
      submitWord={words.save}
      guarded="streams"
    >
      <FormSection title={words.defaults} isWide>
        {table}
      </FormSection>
    </FormCard>
  );
}
