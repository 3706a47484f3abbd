import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEventStream } from "#lib/event-streams/list-event-streams.ts";
import { eventStreamHealth } from "#lib/event-streams/model.ts";
import { EventStreamActions } from "../_components/event-stream-actions.tsx";
import {
  EventStreamDelivery,
  EventStreamFacts,
  ForSink,
  LossAlert,
} from "../_components/event-stream-cards.tsx";
import { streamWords as words } from "../_components/words.ts";

type EventStreamPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readStream = cache(async (id: string) => getEventStream(await requestContext(), { streamId: id }));

export async function generateMetadata({ params }: EventStreamPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readStream(id).then((found) => found.name),
    words.stream,
  );
}

export default async function EventStreamPage({ params }: EventStreamPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/event-streams/${id}`);
  const stream = await orNotFound(readStream(id));
  return (
    <Page>
      <PageHeader
        title={stream.name}
        badges={<StateBadge state={eventStreamHealth(stream, ctx.now)} />}
        purpose={words.purpose}
        crumbs={[{ name: words.title, href: "/settings/event-streams" }]}
        actions={can(ctx, "event-stream:write") ? <EventStreamActions stream={stream} /> : null}
      />
      <Columns
        main={
          <>
            <LossAlert stream={stream} />
            <EventStreamDelivery stream={stream} />
            <ForSink stream={stream} />
          </>
        }
        side={
          <>
            <EventStreamFacts stream={stream} />
            <RecentActs ctx={ctx} target="event_stream" targetId={stream.id} />
          </>
        }
      />
    </Page>
  );
}
