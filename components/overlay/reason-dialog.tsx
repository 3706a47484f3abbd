"use client";

import dynamic from "next/dynamic";
import { useHeldKeys } from "../on-demand/use-held-keys.ts";
import { useWasEver } from "../on-demand/use-was-ever.ts";
import type { ReasonDialogProps } from "./reason-form-dialog.tsx";

const ReasonFormDialog = dynamic(
  () => import("./reason-form-dialog.tsx").then((module) => module.ReasonFormDialog),
  { ssr: false },
);

/** Asks before a dangerous act: what will happen, the reason, and a note where the reason needs one. Its fields are loaded when it is first opened. */
export function ReasonDialog(props: ReasonDialogProps) {
  useHeldKeys(props.isOpen, props.onClose);
  return useWasEver(props.isOpen) ? <ReasonFormDialog {...props} /> : null;
}
