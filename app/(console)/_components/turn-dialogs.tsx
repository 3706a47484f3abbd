"use client";

import type { ReactNode } from "react";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { GuardedKind } from "#lib/approvals/model.ts";

type TurnDialogsProps = {
  /** The kinds of act, where they may want a second person. */
  guarded?: { disable?: GuardedKind | undefined; enable?: GuardedKind | undefined };
  /** Which of them is open. */
  open: "disable" | "enable" | null;
  onClose: () => void;
  /** Of the thing; `/disable` and `/enable` are below it. */
  url: string;
  name: string;
  words: {
    disableTitle: (name: string) => string;
    disableAct: string;
    disabled: (name: string) => string;
    enableTitle: (name: string) => string;
    enableAct: string;
    enabled: (name: string) => string;
  };
  /** What will happen, in words. */
  disableText: ReactNode;
  enableText: ReactNode;
};

/** Asks before a thing is disabled, and before it is enabled again. */
export function TurnDialogs(props: TurnDialogsProps) {
  const { open, onClose, url, name, words, disableText, enableText } = props;
  const done = useDone();

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    done(way === "disable" ? words.disabled(name) : words.enabled(name));
  }

  return (
    <>
      <ConfirmDialog
        isOpen={open === "disable"}
        onClose={onClose}
        title={words.disableTitle(name)}
        act={words.disableAct}
        isDanger
        guarded={props.guarded?.disable}
        onConfirm={() => turn("disable")}
      >
        {disableText}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={open === "enable"}
        onClose={onClose}
        title={words.enableTitle(name)}
        act={words.enableAct}
        guarded={props.guarded?.enable}
        onConfirm={() => turn("enable")}
      >
        {enableText}
      </ConfirmDialog>
    </>
  );
}
