"use client";

import type { DrawerProps, ModalProps } from "@mantine/core";
import dynamic from "next/dynamic";
import { useHeldKeys } from "./use-held-keys.ts";
import { useWasEver } from "./use-was-ever.ts";

const loadDialog = () => import("../overlay/modal-dialog.tsx").then((module) => module.ModalDialog);
const LoadedDialog = dynamic(loadDialog, { ssr: false });
const loadDrawer = () => import("../overlay/side-drawer.tsx").then((module) => module.SideDrawer);
const LoadedDrawer = dynamic(loadDrawer, { ssr: false });

/** A dialog whose frame, scroll lock and focus trap are loaded when it is first opened. */
export function OnDemandDialog(props: Omit<ModalProps, "opened"> & { isOpen: boolean }) {
  useHeldKeys(props.isOpen, props.closeOnEscape === false ? null : props.onClose);
  return useWasEver(props.isOpen) ? <LoadedDialog {...props} /> : null;
}

/** A drawer, in the same way. */
export function OnDemandDrawer(props: Omit<DrawerProps, "opened"> & { isOpen: boolean }) {
  useHeldKeys(props.isOpen, props.closeOnEscape === false ? null : props.onClose);
  return useWasEver(props.isOpen) ? <LoadedDrawer {...props} /> : null;
}

/** Asks for the dialog before it is needed. */
export function expectDialog(): void {
  loadDialog().catch(() => {});
}

/** Asks for the drawer before it is needed. */
export function expectDrawer(): void {
  loadDrawer().catch(() => {});
}
