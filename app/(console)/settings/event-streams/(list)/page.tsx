import { IconPlus, IconTransfer } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
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
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={streams.length > 0 ? newStream : null}
      />
      {streams.length > 0 ? (
        <Card flush>
          <EventStreamsTable streams={streams} now={ctx.now} />
        </Card>
      ) : (
        <Card>
          <EmptyState icon={<IconTransfer size={28} stroke={1.5} />} title={words.none} action={newStream}>
            {words.noneText}
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}
