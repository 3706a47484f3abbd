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
import { getEnv } from "#lib/env.ts";
import { getStream } from "#lib/signals/list-streams.ts";
import { streamHealth } from "#lib/signals/model.ts";
import { StreamActions } from "../../_components/stream-actions.tsx";
import { ForReceiver, StreamDelivery, StreamFacts } from "../../_components/stream-cards.tsx";
import { signalWords as words } from "../../_components/words.ts";

type StreamPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readStream = cache(async (id: string) => getStream(await requestContext(), { streamId: id }));

export async function generateMetadata({ params }: StreamPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readStream(id).then((found) => found.description || found.verifier.name),
    words.stream,
  );
}

export default async function StreamPage({ params }: StreamPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/signals/streams/${id}`);
  const stream = await orNotFound(readStream(id));
  return (
    <Page>
      <PageHeader
        title={stream.description || stream.verifier.name}
        badges={<StateBadge state={streamHealth(stream)} />}
        purpose={words.streamsHelp}
        crumbs={[{ name: words.title, href: "/settings/signals" }]}
        actions={can(ctx, "verifier:write") ? <StreamActions stream={stream} /> : null}
      />
      <Columns
        main={
          <>
            <StreamDelivery stream={stream} />
            <ForReceiver stream={stream} issuer={getEnv().authorityIssuer} />
          </>
        }
        side={
          <>
            <StreamFacts stream={stream} />
            <RecentActs ctx={ctx} target="signal_stream" targetId={stream.id} />
          </>
        }
      />
    </Page>
  );
}
