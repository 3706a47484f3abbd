"use client";

import { useWindowEvent } from "@mantine/hooks";
import dynamic from "next/dynamic";
import { useCallback, useEffect, useState } from "react";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import { promptStepUpBy } from "../request/step-up-prompt.ts";
import { stepUpWords as words } from "./words.ts";

const StepUpForm = dynamic(() => import("./step-up-form.tsx").then((module) => module.StepUpForm), {
  ssr: false,
  loading: () => <p>{words.loading}</p>,
});

type Asked = { kind: StepUpKind; subject: string | undefined; answer: (isProven: boolean) => void };

/** Over every other dialog of the console: it is asked in the middle of them. */
const ABOVE_DIALOGS = 400;

/**
 * The one dialog that asks a person again who they are, wherever a request was refused for it. What stands behind it stays as it is: a form is neither closed nor
 * emptied by Escape, and the request goes out once more when the proof is there.
 */
export function StepUpDialog() {
  const [asked, setAsked] = useState<Asked | null>(null);

  useEffect(
    () => promptStepUpBy((kind, subject) => new Promise((answer) => setAsked({ kind, subject, answer }))),
    [],
  );

  const close = useCallback(
    (isProven: boolean) => {
      asked?.answer(isProven);
      setAsked(null);
    },
    [asked],
  );

  // before any dialog behind it hears of the key
  useWindowEvent(
    "keydown",
    (event) => {
      if (asked === null || event.key !== "Escape" || event.isComposing) return;
      event.stopImmediatePropagation();
      close(false);
    },
    { capture: true },
  );

  return (
    <OnDemandDialog
      isOpen={asked !== null}
      onClose={() => close(false)}
      title={words.title}
      size={440}
      zIndex={ABOVE_DIALOGS}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      {asked === null ? null : <StepUpForm kind={asked.kind} subject={asked.subject} onDone={close} />}
    </OnDemandDialog>
  );
}
