"use client";

import { useState } from "react";
import type { Send } from "./use-send.ts";

/** Names of the fields that are text. */
type TextField<Draft> = {
  [Name in keyof Draft & string]: Draft[Name] extends string ? Name : never;
}[keyof Draft & string];

/** What a field of text takes beside its looks. */
type TextProps = {
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
  error: string | undefined;
};

/**
 * What a form is filled in with. Fields that are changed say no more what was wrong with them.
 *
 * @returns the draft, what changes some of its fields, and for a field of text what its input is given: `<TextInput {...text("name")} />`.
 */
export function useDraft<Draft extends object>(
  start: Draft | (() => Draft),
  request: Pick<Send, "touch" | "faultOf">,
): readonly [Draft, (change: Partial<Draft>) => void, (name: TextField<Draft>) => TextProps] {
  const [draft, setDraft] = useState(start);
  function set(change: Partial<Draft>) {
    request.touch(...Object.keys(change));
    setDraft((was) => ({ ...was, ...change }));
  }
  const text = (name: TextField<Draft>): TextProps => ({
    value: draft[name] as string,
    onChange: (event) => set({ [name]: event.currentTarget.value } as Partial<Draft>),
    error: request.faultOf(name),
  });
  return [draft, set, text];
}
