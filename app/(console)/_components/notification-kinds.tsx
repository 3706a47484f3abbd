"use client";

import { Checkbox, Group, Text, VisuallyHidden } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { PlainTable } from "#components/display/plain-table.tsx";
import { Tag } from "#components/display/tag.tsx";
import {
  CHANNEL_WORDS,
  CHANNELS,
  type Channel,
  KINDS,
  type NotificationKind,
} from "#lib/notifications/model.ts";

export type KindLine = {
  kind: NotificationKind;
  /** For whom it cannot be turned off: everybody who reads this, or some. */
  always: "these" | "owners" | null;
  channels: Record<Channel, boolean>;
  /** Whether a person chose it otherwise than the default. */
  isOwn?: boolean;
};

/** Kinds of notifications by channel, to be turned on and off. */
export function NotificationKinds({
  name,
  lines,
  disabled = false,
  onChange,
}: {
  name: string;
  lines: KindLine[];
  disabled?: boolean;
  onChange: (kind: NotificationKind, channel: Channel, isOn: boolean) => void;
}) {
  return (
    <PlainTable
      name={name}
      rows={lines}
      keyOf={({ kind }) => kind}
      columns={[
        {
          header: "You are told when",
          isWrapping: true,
          cell: ({ kind, always, isOwn }: KindLine) => (
            <div style={{ paddingBlock: 6 }}>
              <Group gap={6}>
                <strong>{KINDS[kind].name}</strong>
                {always === null ? null : (
                  <Tag>
                    <IconLock size={12} aria-hidden />{" "}
                    {always === "these" ? "cannot be turned off" : "always, for owners"}
                  </Tag>
                )}
                {isOwn ? <Tag tone="standby">your choice</Tag> : null}
              </Group>
              <Text size="xs" c="dimmed">
                {KINDS[kind].means}
              </Text>
            </div>
          ),
        },
        ...CHANNELS.map((channel) => ({
          header: CHANNEL_WORDS[channel],
          cell: ({ kind, always, channels }: KindLine) => (
            <Checkbox
              checked={channels[channel]}
              disabled={disabled || always === "these"}
              onChange={(event) => onChange(kind, channel, event.currentTarget.checked)}
              label={
                <VisuallyHidden>
                  {KINDS[kind].name} by {CHANNEL_WORDS[channel]}
                </VisuallyHidden>
              }
            />
          ),
        })),
      ]}
    />
  );
}
