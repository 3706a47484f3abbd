"use client";

import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { parseSpan, spanText } from "./span-text.ts";

type SpanFieldProps = {
  label: string;
  seconds: number;
  onChange: (seconds: number) => void;
  /** What is wrong with the span itself. */
  error?: string | undefined;
};

const HOW = "Write it as 10 min, 1 h 30 min or 7 d";

/** A span as people type it: `10 min`, `1 h 30 min`; a number alone is minutes. It is taken when the field is left or enter is pressed. */
export function SpanField({ label, seconds, onChange, error }: SpanFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const parsed = typed === null ? seconds : parseSpan(typed, 60);
  const field = useRef<HTMLInputElement>(null);
  // what cannot be read keeps the form from being sent
  useEffect(() => field.current?.setCustomValidity(parsed === null ? HOW : ""), [parsed]);

  function take() {
    if (typed === null || parsed === null) return;
    setTyped(null);
    if (parsed !== seconds) onChange(parsed);
  }

  return (
    <TextInput
      ref={field}
      size="xs"
      aria-label={label}
      value={typed ?? spanText(seconds)}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        // the first enter takes what was typed, the next one sends the form
        if (typed !== null) event.preventDefault();
        take();
      }}
      error={parsed === null ? HOW : error}
      styles={{ input: { textAlign: "right", fontVariantNumeric: "tabular-nums" } }}
    />
  );
}
