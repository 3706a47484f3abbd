"use client";

import { Alert, Button } from "@mantine/core";
import { IconMailOff } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { NotificationKinds } from "#app/(console)/_components/notification-kinds.tsx";
import { Card } from "#components/display/card.tsx";
import { useToldSend } from "#components/form/use-told-send.ts";
import {
  CHANNELS,
  type Channel,
  type ChoiceRow,
  type Choices,
  type NotificationKind,
  type OwnChoices,
} from "#lib/notifications/model.ts";
import { accountWords as words } from "./words.ts";

/** What somebody chose themselves, as the route takes it, with one choice more. */
function ownOf(
  rows: readonly ChoiceRow[],
  more?: { kind: NotificationKind; channel: Channel; isOn: boolean },
) {
  const own: Choices = {};
  for (const { kind, channels } of rows)
    for (const channel of CHANNELS)
      if (channels[channel].isOwn) own[kind] = { ...own[kind], [channel]: channels[channel].isOn };
  if (more !== undefined) own[more.kind] = { ...own[more.kind], [more.channel]: more.isOn };
  return own;
}

/** What one is told of, and how: kept as it is chosen. */
export function NotificationsCard({ choices }: { choices: OwnChoices }) {
  const router = useRouter();
  const request = useToldSend();
  const [shown, setShown] = useState(choices);
  useEffect(() => setShown(choices), [choices]);
  const hasOwn = shown.rows.some(({ channels }) => CHANNELS.some((channel) => channels[channel].isOwn));

  async function save(own: Choices) {
    const saved = await request.send<OwnChoices>("PUT", "/api/v1/me/notification-choices", { choices: own });
    // what was refused is as it was before
    setShown(saved ?? choices);
    if (saved !== undefined) router.refresh();
  }

  function choose(kind: NotificationKind, channel: Channel, isOn: boolean) {
    setShown((was) => ({
      ...was,
      rows: was.rows.map((row) =>
        row.kind === kind ? { ...row, channels: { ...row.channels, [channel]: { isOn, isOwn: true } } } : row,
      ),
    }));
    void save(ownOf(shown.rows, { kind, channel, isOn }));
  }

  return (
    <Card
      title={words.notifications}
      aside={
        hasOwn ? (
          <Button size="compact-sm" loading={request.isBusy} onClick={() => void save({})}>
            {words.asByDefault}
          </Button>
        ) : null
      }
      flush
    >
      <div id="notifications" style={{ scrollMarginTop: 72 }} />
      {shown.whyNoMail === null ? null : (
        <Alert color="yellow" icon={<IconMailOff size={18} />} m="sm">
          {shown.whyNoMail}
        </Alert>
      )}
      <NotificationKinds
        name={words.notifications}
        disabled={request.isBusy}
        lines={shown.rows.map(({ kind, isAlways, channels }) => ({
          kind,
          always: isAlways ? "these" : null,
          channels: { console: channels.console.isOn, mail: channels.mail.isOn },
          isOwn: channels.console.isOwn || channels.mail.isOwn,
        }))}
        onChange={choose}
      />
    </Card>
  );
}
