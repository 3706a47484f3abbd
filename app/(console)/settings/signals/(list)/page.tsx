import { IconBroadcast, IconPlus, IconShieldCheck } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listReceivers } from "#lib/signal-receivers/list-receivers.ts";
import { listStreams } from "#lib/signals/list-streams.ts";
import { PeersTable } from "../_components/peers-table.tsx";
import { StreamsTable } from "../_components/streams-table.tsx";
import { signalWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function SignalsPage() {
  const ctx = await requireSignedIn("/settings/signals");
  const [streams, peers] = await Promise.all([listStreams(ctx), listReceivers(ctx)]);
  const newStream = can(ctx, "verifier:write") ? (
    <LinkButton href="/settings/signals/streams/new" leftSection={<IconPlus size={16} />}>
      {words.newStream}
    </LinkButton>
  ) : null;
  const newPeer = can(ctx, "signal-receiver:write") ? (
    <LinkButton href="/settings/signals/peers/new" leftSection={<IconPlus size={16} />}>
      {words.newPeer}
    </LinkButton>
  ) : null;
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <Card title={words.streams} aside={streams.length > 0 ? newStream : null} flush={streams.length > 0}>
        {streams.length > 0 ? (
          <StreamsTable streams={streams} />
        ) : (
          <EmptyState
            icon={<IconBroadcast size={28} stroke={1.5} />}
            title={words.noStreams}
            action={newStream}
          >
            {words.noStreamsText}
          </EmptyState>
        )}
      </Card>
      <Card title={words.peers} aside={peers.length > 0 ? newPeer : null} flush={peers.length > 0}>
        {peers.length > 0 ? (
          <PeersTable peers={peers} />
        ) : (
          <EmptyState
            icon={<IconShieldCheck size={28} stroke={1.5} />}
            title={words.noPeers}
            action={newPeer}
          >
            {words.noPeersText}
          </EmptyState>
        )}
      </Card>
    </Page>
  );
}
