"use client";

import { NumberInput, SimpleGrid, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { LifetimesRuler, type RulerRow } from "#app/(console)/_components/lifetimes/lifetimes-ruler.tsx";
import { spanText } from "#app/(console)/_components/lifetimes/span-text.ts";
import { useShortening } from "#app/(console)/_components/lifetimes/use-shortening.tsx";
import { DurationInput } from "#components/form/duration-input.tsx";
import { faultAt, faultWords } from "#components/form/fault-words.ts";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";
import { boundsOf, LIFETIMES, type Lifetime, MOST, ownKeyOf } from "#lib/lifetimes/model.ts";
import {
  LIFETIME_RANGES,
  LIFETIME_WORDS,
  type LifetimeKey,
  lifetimeProblems,
  ORDER_BOUND_RANGES,
  ORDER_BOUND_WORDS,
  type OrderBoundKey,
  type Organisation,
  type OrganisationSettings,
  REFRESH_TOKENS_RANGE,
} from "#lib/organisation/model.ts";
import { BOUND_SECTIONS, ORDER_BOUNDS, settingWords as words } from "./words.ts";

const FIELDS = ["name", ...Object.keys(LIFETIME_WORDS), "refreshTokensMax", ...ORDER_BOUNDS];

/** What of the settings a preview looks at. */
function givenLifetimes(draft: OrganisationSettings): object {
  const keys = [...Object.keys(LIFETIME_RANGES), "rotatesConfidentialRefreshTokens"];
  return Object.fromEntries(keys.map((key) => [key, draft[key as keyof OrganisationSettings]]));
}

/** The organisation's name and every lifetime, checked against each other while they are typed. */
export function LifetimesForm({ organisation }: { organisation: Organisation }) {
  const done = useDone();
  const request = useSend(FIELDS);
  const shortening = useShortening();
  const { updatedAt: _, ...start } = organisation;
  const [draft, setDraft] = useState(start);
  const problems = lifetimeProblems(draft);
  // how long people stay signed in may want a second person, the other lifetimes do not
  const isSignInChanged =
    draft.sessionIdleSeconds !== start.sessionIdleSeconds ||
    draft.sessionAbsoluteSeconds !== start.sessionAbsoluteSeconds;
  const isChanged = JSON.stringify(draft) !== JSON.stringify(start);

  const [fault] = problems;
  const whyNotYet = fault
    ? `${LIFETIME_WORDS[fault.path]}: ${faultWords(fault.message)}.`
    : isChanged
      ? null
      : words.unchanged;

  async function save() {
    const lifetimes = givenLifetimes(draft);
    const choice =
      JSON.stringify(lifetimes) === JSON.stringify(givenLifetimes(start))
        ? { go: true }
        : await request.run(() => shortening.ask("/api/v1/organisation/lifetimes/preview", lifetimes));
    if (choice === undefined || !choice.go) return;
    const shorten = "shorten" in choice ? choice.shorten : undefined;
    const body = { ...draft, ...(shorten === undefined ? {} : { shorten }) };
    const saved = await request.send<Organisation>("PATCH", "/api/v1/organisation", body);
    if (saved === undefined) return;
    const { updatedAt: _, ...next } = saved;
    setDraft(next);
    done(words.saved);
  }

  function rowOf(key: Lifetime): RulerRow {
    const own = ownKeyOf(key);
    // a session's bound is the value itself
    const isItsOwnBound = MOST[key] === key;
    const { min, max } = isItsOwnBound ? LIFETIME_RANGES[key] : boundsOf(own, draft);
    return {
      key,
      seconds: draft[key],
      min,
      max,
      isInherited: false,
      says: isItsOwnBound ? words.sessionSays : words.boundSays(spanText(min), spanText(max)),
      error: faultAt(problems, key) ?? request.faultOf(key),
      onChange: (seconds) => {
        request.touch(key);
        setDraft((was) => ({ ...was, [key]: seconds }));
      },
    };
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
    <>
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
        <FormSection title={words.scale} help={words.scaleHelp} isWide>
          <LifetimesRuler name={words.ruler} rows={LIFETIMES.map(rowOf)} />
          {isSignInChanged ? <GuardedHint kind="sign-in" /> : null}
          <Switch
            label={words.rotation}
            description={words.rotationHelp}
            checked={draft.rotatesConfidentialRefreshTokens}
            onChange={(event) => {
              const rotates = event.currentTarget.checked;
              setDraft((was) => ({ ...was, rotatesConfidentialRefreshTokens: rotates }));
            }}
          />
          <NumberInput
            label={words.refreshTokensMax}
            description={words.refreshTokensMaxHelp}
            thousandSeparator=","
            allowDecimal={false}
            allowNegative={false}
            min={REFRESH_TOKENS_RANGE.min}
            max={REFRESH_TOKENS_RANGE.max}
            value={draft.refreshTokensMax}
            onChange={(value) => {
              if (typeof value !== "number") return;
              request.touch("refreshTokensMax");
              setDraft((was) => ({ ...was, refreshTokensMax: value }));
            }}
            error={request.faultOf("refreshTokensMax")}
          />
        </FormSection>
        {BOUND_SECTIONS.map((section) => (
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
      {shortening.dialog}
    </>
  );
}
