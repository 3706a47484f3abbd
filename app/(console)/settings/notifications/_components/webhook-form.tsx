"use client";

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { AnyOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { SealedHeader, type SealedHeaderDraft } from "#components/form/sealed-header.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useDraft } from "#components/form/use-draft.ts";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import {
  KINDS,
  type NotificationKind,
  type NotificationWebhook,
  type SavedWebhook,
  WEBHOOK_ALWAYS,
  WEBHOOK_KINDS,
} from "#lib/notifications/model.ts";
import { settingsWords as words } from "./words.ts";

const FIELDS = ["url", "kinds", "authorization"];

const CHOICES = WEBHOOK_KINDS.filter((kind) => !WEBHOOK_ALWAYS.includes(kind));
/** What is worth an alarm somewhere else, until somebody chooses. */
const FIRST_KINDS = CHOICES.filter((kind) => KINDS[kind].tone === "danger");

type Draft = SealedHeaderDraft & { url: string; kinds: NotificationKind[] };

/** Where notifications are sent besides, and which. */
export function WebhookForm({ webhook }: { webhook: NotificationWebhook }) {
  const router = useRouter();
  const done = useDone();
  const request = useSend(FIELDS);
  const [secret, setSecret] = useState<string | null>(null);
  const [draft, set, text] = useDraft<Draft>(
    {
      url: webhook.url ?? "",
      kinds: webhook.url === null ? FIRST_KINDS : webhook.kinds,
      authorization: "",
      isForgotten: false,
    },
    request,
  );

  async function save() {
    const { url, kinds, authorization, isForgotten } = draft;
    const saved = await request.send<SavedWebhook>("PUT", "/api/v1/notification-webhook", {
      version: webhook.version,
      url,
      kinds,
      ...(isForgotten ? { authorization: null } : authorization === "" ? {} : { authorization }),
    });
    if (saved === undefined) return;
    if (saved.secret !== null) return setSecret(saved.secret);
    done(words.savedWebhook);
  }

  function close() {
    setSecret(null);
    router.refresh();
  }

  return (
    <>
      <FormCard
        name={words.webhook}
        onSubmit={() => void save()}
        request={request}
        submitWord={webhook.url === null ? words.make : words.saveWebhook}
        guarded="streams"
      >
        <FormSection title={words.webhook} help={words.webhookHelp}>
          <TextInput
            label={words.url}
            description={words.urlHelp}
            placeholder="https://hooks.example.com/tokenwarden"
            {...text("url")}
            maxLength={2_048}
            autoComplete="off"
            required
          />
          <SealedHeader
            draft={draft}
            isSet={webhook.hasAuthorization}
            set={set}
            error={request.faultOf("authorization")}
            words={words}
          />
        </FormSection>
        <FormSection
          title={words.sent}
          help={words.sentHelp(WEBHOOK_ALWAYS.map((kind) => KINDS[kind].name.toLowerCase()))}
        >
          <AnyOf
            label={words.kinds}
            choices={CHOICES}
            wordsOf={(kind) => ({ name: KINDS[kind].name, means: `When ${KINDS[kind].means}.` })}
            value={draft.kinds}
            onChange={(kinds) => set({ kinds })}
            error={request.faultOf("kinds")}
          />
        </FormSection>
      </FormCard>
      <OnDemandDialog
        isOpen={secret !== null}
        onClose={close}
        title={words.made}
        size={560}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        {secret === null ? null : (
          <Stack gap="md">
            <Text>{words.madeText}</Text>
            <SecretOnce
              name={words.secret}
              value={secret}
              kept={words.secretKept}
              whenLost={words.secretLost}
            />
            <Group justify="flex-end">
              <Button variant="filled" onClick={close}>
                {words.done}
              </Button>
            </Group>
          </Stack>
        )}
      </OnDemandDialog>
    </>
  );
}
