"use client";

import { SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import type { PlannedVerb, PlanTargetInput } from "#lib/order-plans/model.ts";
import type { OrderTerms } from "./order-requests.ts";
import { instantOf, localOf } from "./order-words.ts";
import classes from "./revoke-dialog.module.css";

const HOUR_MS = 3_600_000;

type Choice<Value extends string> = { value: Value; label: string };

function Choose<Value extends string>({
  label,
  value,
  data,
  disabled,
  onChange,
}: {
  label: string;
  value: Value;
  data: Choice<Value>[];
  disabled: boolean;
  onChange: (value: Value) => void;
}) {
  return (
    <div className={classes.term}>
      <span className={classes.termLabel} aria-hidden>
        {label}
      </span>
      <SegmentedControl
        aria-label={label}
        size="xs"
        value={value}
        data={data}
        disabled={disabled}
        onChange={(chosen) => onChange(chosen as Value)}
      />
    </div>
  );
}

/** An instant of the reader's own time, an hour or a day ahead at first. */
function Later({
  label,
  aheadMs,
  disabled,
  onChange,
}: {
  label: string;
  aheadMs: number;
  disabled: boolean;
  onChange: (at: string | null) => void;
}) {
  const [text, setText] = useState(() => localOf(new Date(Date.now() + aheadMs)));
  const at = instantOf(text);
  const isPast = at !== null && new Date(at).getTime() <= Date.now();
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={text}
      disabled={disabled}
      error={at === null ? "Give a time." : isPast ? "This is past." : null}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(instantOf(event.currentTarget.value));
      }}
    />
  );
}

type OrderTermsFieldsProps = {
  terms: OrderTerms;
  isBusy: boolean;
  /** `isWhole` is false while a time is missing. */
  onChange: (terms: OrderTerms, isWhole: boolean) => void;
};

/** Revoke or suspend, now or later, until when; of a group, whose tokens. */
export function OrderTermsFields({ terms, isBusy, onChange }: OrderTermsFieldsProps) {
  const { verb, target } = terms;
  const [isLater, setIsLater] = useState(false);
  const [hasEnd, setHasEnd] = useState(false);
  const ahead = (ms: number) => instantOf(localOf(new Date(Date.now() + ms)));
  const change = (next: OrderTerms, later = isLater, ends = hasEnd) =>
    onChange(
      next,
      (!later || next.effectiveFrom !== null) &&
        (next.verb === "revoke" || !ends || next.suspendedUntil !== null),
    );
  return (
    <div className={classes.terms}>
      <Choose<PlannedVerb>
        label="What"
        value={verb}
        data={[
          { value: "revoke", label: "Revoke" },
          { value: "suspend", label: "Suspend" },
        ]}
        disabled={isBusy}
        onChange={(chosen) => change({ ...terms, verb: chosen })}
      />
      {target.kind === "group" ? (
        <Choose<"token" | "members">
          label="Whose tokens"
          value={target.by ?? "token"}
          data={[
            { value: "token", label: "That carry the group" },
            { value: "members", label: "Of its members today" },
          ]}
          disabled={isBusy}
          onChange={(by) => change({ ...terms, target: { ...target, by } satisfies PlanTargetInput })}
        />
      ) : null}
      <Choose<"now" | "later">
        label="When"
        value={isLater ? "later" : "now"}
        data={[
          { value: "now", label: "Now" },
          { value: "later", label: "Later" },
        ]}
        disabled={isBusy}
        onChange={(when) => {
          setIsLater(when === "later");
          change({ ...terms, effectiveFrom: when === "later" ? ahead(HOUR_MS) : null }, when === "later");
        }}
      />
      {verb === "suspend" ? (
        <Choose<"open" | "end">
          label="Until"
          value={hasEnd ? "end" : "open"}
          data={[
            { value: "open", label: "Restored by hand" },
            { value: "end", label: "A time" },
          ]}
          disabled={isBusy}
          onChange={(until) => {
            setHasEnd(until === "end");
            const suspendedUntil = until === "end" ? ahead(24 * HOUR_MS) : null;
            change({ ...terms, suspendedUntil }, isLater, until === "end");
          }}
        />
      ) : null}
      {isLater ? (
        <Later
          label="Begins (your time)"
          aheadMs={HOUR_MS}
          disabled={isBusy}
          onChange={(at) => change({ ...terms, effectiveFrom: at })}
        />
      ) : null}
      {verb === "suspend" && hasEnd ? (
        <Later
          label="Ends (your time)"
          aheadMs={24 * HOUR_MS}
          disabled={isBusy}
          onChange={(at) => change({ ...terms, suspendedUntil: at })}
        />
      ) : null}
    </div>
  );
}
