"use client";

import { Drawer, type DrawerProps } from "@mantine/core";
import { useMounted } from "@mantine/hooks";

/** Mantine's drawer, to be loaded when it is first opened: it opens once it is there, so that it knows whom to give the focus back to. */
export function SideDrawer({ isOpen, ...drawer }: Omit<DrawerProps, "opened"> & { isOpen: boolean }) {
  const isMounted = useMounted();
  return <Drawer {...drawer} opened={isOpen && isMounted} />;
}
