import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listClientNames } from "#lib/clients/list-client-names.ts";
import { getEventStream } from "#lib/event-streams/list-event-streams.ts";
import { EditEventStream } from "../../_components/edit-event-stream.tsx";
import { streamWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editStream };

export default async function EditEventStreamPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/event-streams/${id}/edit`);
  if (!can(ctx, "event-stream:write")) return <NotForRole role={ctx.actor.role} />;
  const stream = await orNotFound(getEventStream(ctx, { streamId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editStream}
        crumbs={[
          { name: words.title, href: "/settings/event-streams" },
          { name: stream.name, href: `/settings/event-streams/${id}` },
        ]}
      />
      <EditEventStream key={stream.version} stream={stream} clients={await listClientNames(ctx)} />
    </Page>
  );
}
