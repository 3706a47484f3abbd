import { IconPlus, IconTransfer } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { ShortListPage } from "#components/frame/short-list-page.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listEventStreams } from "#lib/event-streams/list-event-streams.ts";
import { EventStreamsTable } from "../_components/event-streams-table.tsx";
import { streamWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function EventStreamsPage() {
  const ctx = await requireSignedIn("/settings/event-streams");
  const streams = await listEventStreams(ctx);
  const newStream = can(ctx, "event-stream:write") ? (
    <LinkButton href="/settings/event-streams/new" variant="filled" leftSection={<IconPlus size={16} />}>
      {words.newStream}
    </LinkButton>
  ) : null;
  return (
    <ShortListPage words={words} icon={<IconTransfer size={28} stroke={1.5} />} action={newStream}>
      {streams.length > 0 ? <EventStreamsTable streams={streams} now={ctx.now} /> : null}
    </ShortListPage>
  );
}
