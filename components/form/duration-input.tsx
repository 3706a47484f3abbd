"use client";

import { Group, NativeSelect, NumberInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { durationWords } from "../display/duration.ts";

const UNITS = [
  { value: "1", label: "seconds" },
  { value: "60", label: "minutes" },
  { value: "3600", label: "hours" },
  { value: "86400", label: "days" },
];

/** The largest unit that a span fits evenly. */
function unitOf(seconds: number): number {
  return [86_400, 3_600, 60].find((unit) => seconds >= unit && seconds % unit === 0) ?? 1;
}

type DurationInputProps = {
  label: string;
  description?: ReactNode;
  error?: ReactNode;
  /** Whole seconds. */
  value: number;
  onChange: (seconds: number) => void;
  /** In seconds; told under the field. */
  min: number;
  max: number;
  disabled?: boolean;
};

/** A span of time as a number and its unit; it gives whole seconds. */
export function DurationInput(props: DurationInputProps) {
  const { label, description, error, value, onChange, min, max, disabled = false } = props;
  const [unit, setUnit] = useState(() => unitOf(value));
  const [isEmpty, setIsEmpty] = useState(false);
  const range = `${durationWords(min)} to ${durationWords(max)}`;
  return (
    <NumberInput
      label={label}
      error={error}
      description={
        description === undefined ? (
          range
        ) : (
          <>
            {description} {range}.
          </>
        )
      }
      inputContainer={(input) => (
        <Group gap={8} mt={4} wrap="nowrap">
          {input}
          <NativeSelect
            aria-label={`Unit of ${label.toLowerCase()}`}
            data={UNITS}
            value={String(unit)}
            disabled={disabled}
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              // the number stays and its meaning changes, as people expect of a unit
              onChange(Math.round((value / unit) * next));
              setUnit(next);
            }}
          />
        </Group>
      )}
      // the group has the margin: with one of its own the field would stand lower than its unit
      styles={{ wrapper: { width: 110, margin: 0 } }}
      value={isEmpty ? "" : value / unit}
      onChange={(typed) => {
        // the last span stays until another is typed; an empty field keeps the form from being sent
        setIsEmpty(typed === "");
        if (typed !== "") onChange(Math.round(Number(typed) * unit));
      }}
      min={0}
      decimalScale={2}
      allowNegative={false}
      hideControls
      disabled={disabled}
      required
      withAsterisk={false}
    />
  );
}
