"use client";

import { ActionIcon } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { Hint } from "../on-demand/hint.tsx";

type CopyButtonProps = {
  value: string;
  /** What is copied, for its name: "Copy token id". */
  what: string;
  size?: number;
  tabIndex?: number;
};

/** Copies a value and says so. */
export function CopyButton({ value, what, size = 22, tabIndex }: CopyButtonProps) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Hint label={clipboard.copied ? "Copied" : `Copy ${what}`}>
      <ActionIcon
        size={size}
        aria-label={clipboard.copied ? `Copied ${what}` : `Copy ${what}`}
        {...(tabIndex === undefined ? {} : { tabIndex })}
        onClick={(event) => {
          event.stopPropagation();
          event.preventDefault();
          clipboard.copy(value);
        }}
      >
        {clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Hint>
  );
}
