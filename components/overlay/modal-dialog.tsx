"use client";

import { Modal, type ModalProps } from "@mantine/core";
import { useMounted } from "@mantine/hooks";

/** Mantine's dialog, to be loaded when it is first opened: it opens once it is there, so that it knows whom to give the focus back to. */
export function ModalDialog({ isOpen, ...modal }: Omit<ModalProps, "opened"> & { isOpen: boolean }) {
  const isMounted = useMounted();
  return <Modal {...modal} opened={isOpen && isMounted} />;
}
