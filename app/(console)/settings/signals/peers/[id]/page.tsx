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
import { getReceiver } from "#lib/signal-receivers/list-receivers.ts";
import { PeerActions } from "../../_components/peer-actions.tsx";
import { PeerFacts, PeerPolicies, RecentSignals } from "../../_components/peer-cards.tsx";
import { signalWords as words } from "../../_components/words.ts";

type PeerPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readPeer = cache(async (id: string) => getReceiver(await requestContext(), { receiverId: id }));

export async function generateMetadata({ params }: PeerPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readPeer(id).then((found) => found.name),
    words.peer,
  );
}

export default async function PeerPage({ params }: PeerPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/signals/peers/${id}`);
  const peer = await orNotFound(readPeer(id));
  return (
    <Page>
      <PageHeader
        title={peer.name}
        badges={<StateBadge state={peer.state} />}
        purpose={words.peerAbout}
        crumbs={[{ name: words.title, href: "/settings/signals" }]}
        actions={can(ctx, "signal-receiver:write") ? <PeerActions peer={peer} /> : null}
      />
      <Columns
        main={
          <>
            <RecentSignals peer={peer} />
            <PeerPolicies peer={peer} issuer={getEnv().authorityIssuer} />
          </>
        }
        side={
          <>
            <PeerFacts peer={peer} />
            <RecentActs ctx={ctx} target="signal_receiver" targetId={peer.id} />
          </>
        }
      />
    </Page>
  );
}
