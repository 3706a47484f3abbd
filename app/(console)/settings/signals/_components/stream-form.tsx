"use client";

import { Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { AnyOf, OneOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { SealedHeader } from "#components/form/sealed-header.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import { useSend } from "#components/form/use-send.ts";
import {
  DELIVERIES,
  DELIVERY_WORDS,
  type Delivery,
  EVENT_WORDS,
  SENT_EVENTS,
  type StreamRow,
} from "#lib/signals/model.ts";
import { signalWords as words } from "./words.ts";

const FIELDS = ["verifierId", "description", "audience", "events", "endpointUrl", "authorization"];

type StreamFormProps = {
  /** The stream that is edited; without it a new one is made. */
  stream?: StreamRow;
  verifiers: { id: string; name: string }[];
};

/** Whom a stream tells, of what, and how. */
export function StreamForm({ stream, verifiers }: StreamFormProps) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [draft, set, text] = useDraft(
    {
      verifierId: stream?.verifier.id ?? verifiers[0]?.id ?? "",
      description: stream?.description ?? "",
      audience: stream?.audience ?? "",
      events: SENT_EVENTS.filter((type) => stream?.events.includes(type) ?? true),
      delivery: stream?.delivery ?? ("push" as Delivery),
      endpointUrl: stream?.endpointUrl ?? "",
      authorization: "",
      isForgotten: false,
    },
    request,
  );
  const isPush = draft.delivery === "push";

  async function save() {
    const common = {
      description: draft.description,
      events: draft.events,
      delivery: draft.delivery,
      ...(isPush ? { endpointUrl: draft.endpointUrl } : {}),
      ...(isPush && draft.authorization !== "" ? { authorization: draft.authorization } : {}),
    };
    const saved =
      stream === undefined
        ? await request.send<StreamRow>("POST", "/api/v1/signal-streams", {
            ...common,
            verifierId: draft.verifierId,
            ...(draft.audience === "" ? {} : { audience: draft.audience }),
          })
        : await request.send<StreamRow>("PATCH", `/api/v1/signal-streams/${stream.id}`, {
            ...common,
            ...(isPush && draft.isForgotten ? { authorization: null } : {}),
            version: stream.version,
          });
    if (saved === undefined) return;
    notifications.show({
      message: stream === undefined ? words.madeStream : words.savedStream,
      color: "green",
    });
    router.push(`/settings/signals/streams/${saved.id}`);
    router.refresh();
  }

  return (
    <FormCard
      name={stream === undefined ? words.newStream : words.editStream}
      onSubmit={save}
      request={request}
      submitWord={stream === undefined ? words.make : words.save}
      cancelHref={stream === undefined ? "/settings/signals" : `/settings/signals/streams/${stream.id}`}
      guarded="streams"
    >
      <FormSection title={words.whom} help={words.whomHelp}>
        <Select
          label={words.verifier}
          data={verifiers.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.verifierId}
          onChange={(verifierId) => set({ verifierId: verifierId ?? "" })}
          error={request.faultOf("verifierId")}
          disabled={stream !== undefined}
          allowDeselect={false}
          searchable
          required
        />
        <TextInput label={words.description} {...text("description")} maxLength={200} />
        <TextInput
          label={words.audience}
          description={stream === undefined ? words.audienceHelp : words.audienceFixed}
          {...text("audience")}
          disabled={stream !== undefined}
          maxLength={255}
        />
      </FormSection>
      <FormSection title={words.events} help={words.eventsHelp}>
        <AnyOf
          label={words.events}
          choices={SENT_EVENTS}
          wordsOf={(type) => EVENT_WORDS[type] ?? { name: type }}
          value={draft.events}
          onChange={(events) => set({ events })}
          error={request.faultOf("events")}
        />
      </FormSection>
      <FormSection title={words.delivery} help={words.deliveryHelp}>
        <OneOf
          label={words.delivery}
          choices={DELIVERIES}
          wordsOf={(delivery) => DELIVERY_WORDS[delivery]}
          value={draft.delivery}
          onChange={(delivery) => set({ delivery })}
        />
        {isPush ? (
          <>
            <TextInput
              label={words.endpoint}
              description={words.endpointHelp}
              placeholder="https://receiver.example.com/events"
              {...text("endpointUrl")}
              maxLength={2048}
              required
            />
            <SealedHeader
              draft={draft}
              isSet={stream?.hasAuthorization ?? false}
              set={set}
              error={request.faultOf("authorization")}
              words={words}
            />
          </>
        ) : null}
      </FormSection>
    </FormCard>
  );
}
