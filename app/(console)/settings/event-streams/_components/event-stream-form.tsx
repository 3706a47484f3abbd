"use client";

import { MultiSelect, Textarea, TextInput } from "@mantine/core";
import { AnyOf, OneOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { SealedHeader } from "#components/form/sealed-header.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import {
  CLIENTS_MAX,
  DELIVERIES,
  DELIVERY_WORDS,
  type Delivery,
  type EventStreamRow,
  FORMAT_WORDS,
  FORMATS,
  type Format,
  OUTCOME_FILTER_WORDS,
  OUTCOMES,
  type OutcomeFilter,
  SOURCE_WORDS,
  SOURCES,
  type Source,
} from "#lib/event-streams/model.ts";
import { streamWords as words } from "./words.ts";

export const FIELDS = [
  "name",
  "url",
  "delivery",
  "authorization",
  "caPem",
  "sources",
  "format",
  "outcome",
  "clientIds",
];

export type Draft = {
  name: string;
  delivery: Delivery;
  url: string;
  authorization: string;
  isForgotten: boolean;
  caPem: string;
  sources: Source[];
  format: Format;
  outcome: OutcomeFilter;
  clientIds: string[];
};

export type ClientChoice = { id: string; name: string; clientId: string };

type EventStreamFormProps = {
  /** The stream that is edited; without it a new one is made. */
  stream?: EventStreamRow;
  clients: readonly ClientChoice[];
  request: Send;
  cancelHref: string;
  onSave: (draft: Draft) => void;
};

function draftOf(stream: EventStreamRow | undefined): Draft {
  return {
    name: stream?.name ?? "",
    delivery: stream?.delivery ?? "webhook",
    url: stream?.url ?? "",
    authorization: "",
    isForgotten: false,
    caPem: stream?.caPem ?? "",
    sources: stream?.sources ?? [...SOURCES],
    format: stream?.format ?? "ndjson",
    outcome: stream?.outcome ?? "all",
    clientIds: stream?.clients.map(({ id }) => id) ?? [],
  };
}

/** Where a stream goes, and what it carries. */
export function EventStreamForm({ stream, clients, request, cancelHref, onSave }: EventStreamFormProps) {
  const [draft, set, text] = useDraft(() => draftOf(stream), request);
  return (
    <FormCard
      name={stream === undefined ? words.newStream : words.editStream}
      onSubmit={() => onSave(draft)}
      request={request}
      submitWord={stream === undefined ? words.make : words.save}
      cancelHref={cancelHref}
      guarded="streams"
    >
      <FormSection title={words.whereTo} help={words.whereToHelp}>
        <TextInput
          label={words.name}
          description={words.nameHelp}
          {...text("name")}
          maxLength={100}
          required
        />
        {stream === undefined ? (
          <OneOf
            label={words.delivery}
            choices={DELIVERIES}
            wordsOf={(delivery) => DELIVERY_WORDS[delivery]}
            value={draft.delivery}
            onChange={(delivery) => set({ delivery, url: "" })}
          />
        ) : null}
        <TextInput
          label={words.url}
          description={words.urlHelp[draft.delivery]}
          placeholder={words.urlExample[draft.delivery]}
          {...text("url")}
          maxLength={2048}
          required
        />
        <SinkSecrets draft={draft} stream={stream} request={request} set={set} />
      </FormSection>
      <FormSection title={words.what} help={words.whatHelp}>
        <AnyOf
          label={words.sources}
          choices={SOURCES}
          wordsOf={(source) => SOURCE_WORDS[source]}
          value={draft.sources}
          onChange={(sources) => set({ sources })}
          error={request.faultOf("sources")}
        />
        <OneOf
          label={words.outcome}
          choices={OUTCOMES}
          wordsOf={(outcome) => ({ name: OUTCOME_FILTER_WORDS[outcome] })}
          value={draft.outcome}
          onChange={(outcome) => set({ outcome })}
        />
        {draft.sources.includes("uses") ? (
          <MultiSelect
            label={words.clients}
            description={words.clientsHelp}
            data={clients.map(({ id, name, clientId }) => ({ value: id, label: `${name} (${clientId})` }))}
            value={draft.clientIds}
            onChange={(clientIds) => set({ clientIds })}
            error={request.faultOf("clientIds")}
            maxValues={CLIENTS_MAX}
            limit={100}
            searchable
            clearable
          />
        ) : null}
        <OneOf
          label={words.format}
          choices={FORMATS}
          wordsOf={(format) => FORMAT_WORDS[format]}
          value={draft.format}
          onChange={(format) => set({ format })}
        />
      </FormSection>
    </FormCard>
  );
}

type SinkSecretsProps = {
  draft: Draft;
  stream: EventStreamRow | undefined;
  request: Send;
  set: (change: Partial<Draft>) => void;
};

/** What the connection needs beside its address: a header, or whom to trust. */
function SinkSecrets({ draft, stream, request, set }: SinkSecretsProps) {
  if (draft.delivery === "syslog")
    return (
      <Textarea
        label={words.caPem}
        description={words.caPemHelp}
        placeholder="-----BEGIN CERTIFICATE-----"
        value={draft.caPem}
        onChange={(event) => set({ caPem: event.currentTarget.value })}
        error={request.faultOf("caPem")}
        maxLength={32_768}
        autosize
        minRows={3}
        maxRows={8}
        classNames={{ input: "mono" }}
      />
    );
  return (
    <SealedHeader
      draft={draft}
      isSet={stream?.hasAuthorization ?? false}
      set={set}
      error={request.faultOf("authorization")}
      words={words}
    />
  );
}
