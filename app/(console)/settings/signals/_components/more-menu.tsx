"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, type TablerIcon } from "@tabler/icons-react";
import { signalWords as words } from "./words.ts";

export type MoreItem = { word: string; icon: TablerIcon; isDanger?: boolean; act: () => void };

/** What else may be done with a stream or a peer: behind one button, what hurts last. */
export function MoreMenu({ items }: { items: readonly (MoreItem | null)[] }) {
  return (
    <Menu width={200}>
      <Menu.Target>
        <ActionIcon variant="default" size={32} aria-label={words.more}>
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
