"use client";

import { UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { shown } from "../display/shown.ts";
import { OnDemandDrawer } from "../on-demand/dialog.tsx";
import classes from "./data-table.module.css";

type RowDrawerProps = {
  isOpen: boolean;
  label: string;
  title: ReactNode;
  children: ReactNode;
  onClose: () => void;
};

/** What stands beside the list while a row is open: next to it where there is room, over it where there is none. */
export function RowDrawer({ isOpen, label, title, children, onClose }: RowDrawerProps) {
  const isNarrow = useMediaQuery("(max-width: 75em)", false);
  if (isNarrow)
    return (
      <OnDemandDrawer isOpen={isOpen} onClose={onClose} position="right" size={460} title={shown(title)}>
        {children}
      </OnDemandDrawer>
    );
  if (!isOpen) return null;
  return (
    <aside className={classes.drawer} aria-label={label}>
      <header className={classes.drawerHead}>
        <h2 className={classes.drawerTitle}>{shown(title)}</h2>
        <UnstyledButton className={classes.close} aria-label="Close" onClick={onClose}>
          <IconX size={18} />
        </UnstyledButton>
      </header>
      <div className={classes.drawerBody}>{children}</div>
    </aside>
  );
}
