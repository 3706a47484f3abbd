import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getStream } from "#lib/signals/list-streams.ts";
import { StreamForm } from "../../../_components/stream-form.tsx";
import { signalWords as words } from "../../../_components/words.ts";

export const metadata: Metadata = { title: words.editStream };

export default async function EditStreamPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/signals/streams/${id}/edit`);
  if (!can(ctx, "verifier:write")) return <NotForRole role={ctx.actor.role} />;
  const stream = await orNotFound(getStream(ctx, { streamId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editStream}
        crumbs={[
          { name: words.title, href: "/settings/signals" },
          {
            name: stream.description || stream.verifier.name,
            href: `/settings/signals/streams/${id}`,
          },
        ]}
      />
      <StreamForm key={stream.version} stream={stream} verifiers={[stream.verifier]} />
    </Page>
  );
}
