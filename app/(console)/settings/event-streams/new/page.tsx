import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listClientNames } from "#lib/clients/list-client-names.ts";
import { CreateEventStream } from "../_components/create-event-stream.tsx";
import { streamWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.newStream };

export default async function NewEventStreamPage() {
  const ctx = await requireSignedIn("/settings/event-streams/new");
  if (!can(ctx, "event-stream:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.newStream}
        purpose={words.newPurpose}
        crumbs={[{ name: words.title, href: "/settings/event-streams" }]}
      />
      <CreateEventStream clients={await listClientNames(ctx)} />
    </Page>
  );
}
