"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, type TablerIcon } from "@tabler/icons-react";
import { useRef } from "react";

export type MoreItem = {
  word: string;
  icon: TablerIcon;
  isDanger?: boolean;
  isDisabled?: boolean;
  act: () => void;
};

/** What else may be done with a thing, behind one button: what hurts stands last, behind a `line`. `label` names the button. */
export function MoreMenu({ label, items }: { label: string; items: readonly (MoreItem | "line" | null)[] }) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Menu width={220}>
      <Menu.Target>
        <ActionIcon ref={button} variant="default" size={32} aria-label={label}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => {
          if (item === null) return null;
          if (item === "line") return <Menu.Divider key="line" />;
          const { word, icon: Icon, isDanger = false, isDisabled = false, act } = item;
          return (
            <Menu.Item
              key={word}
              leftSection={<Icon size={16} />}
              disabled={isDisabled}
              onClick={() => {
                // the item is gone by the time that a dialog gives the focus back
                button.current?.focus();
                act();
              }}
              {...(isDanger ? { color: "red" } : {})}
            >
              {word}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
