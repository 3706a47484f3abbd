"use client";

import { useState } from "react";
import type { Send } from "./use-send.ts";

/** What a form is filled in with. Fields that are changed say no more what was wrong with them. */
export function useDraft<Draft extends object>(
  start: Draft | (() => Draft),
  request: Pick<Send, "touch">,
): readonly [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(start);
  function set(change: Partial<Draft>) {
    request.touch(...Object.keys(change));
    setDraft((was) => ({ ...was, ...change }));
  }
  return [draft, set];
}
