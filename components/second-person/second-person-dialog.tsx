"use client";

import { useWindowEvent } from "@mantine/hooks";
import dynamic from "next/dynamic";
import { useCallback, useEffect, useState } from "react";
import type { ApprovalRow } from "#lib/approvals/model.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import {
  promptSecondPersonBy,
  type SecondPersonChoice,
  type SecondPersonNeeded,
} from "../request/second-person-prompt.ts";

// every page has this dialog: what it says comes when it is asked for
const SecondPersonForm = dynamic(
  () => import("./second-person-form.tsx").then((module) => module.SecondPersonForm),
  { ssr: false, loading: () => <p>Loading…</p> },
);
const Waiting = dynamic(() => import("./waiting.tsx").then((module) => module.Waiting), { ssr: false });

type Asked = { needed: SecondPersonNeeded; answer: (choice: SecondPersonChoice | null) => void };

/** Over every other dialog of the console, below the one that asks who is there. */
const ABOVE_DIALOGS = 390;

/** The one dialog that asks for a second person, wherever a request was refused for want of one; and says what waits then. What stands behind it stays as it is. */
export function SecondPersonDialog({ isOwner }: { isOwner: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [waiting, setWaiting] = useState<ApprovalRow | null>(null);

  useEffect(
    () =>
      promptSecondPersonBy({
        ask: (needed) => new Promise((answer) => setAsked({ needed, answer })),
        tell: setWaiting,
      }),
    [],
  );

  const close = useCallback(
    (choice: SecondPersonChoice | null) => {
      asked?.answer(choice);
      setAsked(null);
      setWaiting(null);
    },
    [asked],
  );
  const isOpen = asked !== null || waiting !== null;

  // before any dialog behind it hears of the key
  useWindowEvent(
    "keydown",
    (event) => {
      if (!isOpen || event.key !== "Escape" || event.isComposing) return;
      event.stopImmediatePropagation();
      close(null);
    },
    { capture: true },
  );

  return (
    <OnDemandDialog
      isOpen={isOpen}
      onClose={() => close(null)}
      title={asked === null ? "It waits for a second person" : "This needs a second person"}
      size={480}
      zIndex={ABOVE_DIALOGS}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      {asked === null ? null : <SecondPersonForm needed={asked.needed} isOwner={isOwner} onDone={close} />}
      {asked === null && waiting !== null ? <Waiting approval={waiting} onClose={() => close(null)} /> : null}
    </OnDemandDialog>
  );
}
