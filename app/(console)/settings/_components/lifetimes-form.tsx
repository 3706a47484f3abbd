"use client";

import { NumberInput, SimpleGrid, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DurationInput } from "#components/form/duration-input.tsx";
import { faultAt, faultWords } from "#components/form/fault-words.ts";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useSend } from "#components/form/use-send.ts";
import {
  LIFETIME_RANGES,
  LIFETIME_WORDS,
  type LifetimeKey,
  lifetimeProblems,
  ORDER_BOUND_RANGES,
  ORDER_BOUND_WORDS,
  type OrderBoundKey,
  type Organisation,
} from "#lib/organisation/model.ts";
import { ORDER_BOUNDS, SECTIONS, settingWords as words } from "./words.ts";

const FIELDS = ["name", ...Object.keys(LIFETIME_WORDS), ...ORDER_BOUNDS];

/** The organisation's name and every lifetime, checked against each other while they are typed. */
export function LifetimesForm({ organisation }: { organisation: Organisation }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const { updatedAt: _, ...start } = organisation;
  const [draft, setDraft] = useState(start);
  const problems = lifetimeProblems(draft);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(start);

  const [fault] = problems;
  const whyNotYet = fault
    ? `${LIFETIME_WORDS[fault.path]}: ${faultWords(fault.message)}.`
    : isChanged
      ? null
      : words.unchanged;

  async function save() {
    const saved = await request.send<Organisation>("PATCH", "/api/v1/organisation", draft);
    if (saved === undefined) return;
    const { updatedAt: _, ...next } = saved;
    setDraft(next);
    notifications.show({ message: words.saved, color: "green" });
    router.refresh();
  }

  function lifetime(key: LifetimeKey) {
    const { min, max, warnAbove } = LIFETIME_RANGES[key];
    const isLong = warnAbove !== undefined && draft[key] > warnAbove;
    return (
      <DurationInput
        key={key}
        label={LIFETIME_WORDS[key]}
        description={isLong ? words.usual : undefined}
        value={draft[key]}
        onChange={(seconds) => {
          request.touch(key);
          setDraft((was) => ({ ...was, [key]: seconds }));
        }}
        min={min}
        max={max}
        error={faultAt(problems, key) ?? request.faultOf(key)}
      />
    );
  }

  function orderBound(key: OrderBoundKey) {
    const { min, max } = ORDER_BOUND_RANGES[key];
    const { name, unit } = ORDER_BOUND_WORDS[key];
    return (
      <NumberInput
        key={key}
        label={name}
        suffix={` ${unit}`}
        thousandSeparator=","
        allowDecimal={false}
        allowNegative={false}
        min={min}
        max={max}
        value={draft[key]}
        onChange={(value) => {
          if (typeof value !== "number") return;
          request.touch(key);
          setDraft((was) => ({ ...was, [key]: value }));
        }}
        error={request.faultOf(key)}
      />
    );
  }

  return (
    <FormCard
      name={words.title}
      onSubmit={save}
      request={request}
      submitWord={words.save}
      whyNotYet={whyNotYet}
      note={words.note}
    >
      <FormSection title={words.organisation} help={words.organisationHelp}>
        <TextInput
          label={words.name}
          value={draft.name}
          onChange={(event) => {
            const name = event.currentTarget.value;
            request.touch("name");
            setDraft((was) => ({ ...was, name }));
          }}
          error={request.faultOf("name")}
          maxLength={80}
          required
        />
      </FormSection>
      {SECTIONS.map((section) => (
        <FormSection key={section.title} title={section.title} help={section.help}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            {section.keys.map(lifetime)}
          </SimpleGrid>
        </FormSection>
      ))}
      <FormSection title={words.orders} help={words.ordersHelp}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          {ORDER_BOUNDS.map(orderBound)}
        </SimpleGrid>
      </FormSection>
    </FormCard>
  );
}
