"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, type TablerIcon } from "@tabler/icons-react";

export type MoreItem = { word: string; icon: TablerIcon; isDanger?: boolean; act: () => void };

/** What else may be done with a thing, behind one button: what hurts stands last. `label` names the button. */
export function MoreMenu({ label, items }: { label: string; items: readonly (MoreItem | null)[] }) {
  return (
    <Menu width={200}>
      <Menu.Target>
        <ActionIcon variant="default" size={32} aria-label={label}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => {
          if (item === null) return null;
          const { word, icon: Icon, isDanger, act } = item;
          return (
            <Menu.Item
              key={word}
              leftSection={<Icon size={16} />}
              onClick={act}
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
