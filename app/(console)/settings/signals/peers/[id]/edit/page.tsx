import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getReceiver } from "#lib/signal-receivers/list-receivers.ts";
import { listVerifierNames } from "#lib/verifiers/list-verifier-names.ts";
import { EditPeer } from "../../../_components/edit-peer.tsx";
import { signalWords as words } from "../../../_components/words.ts";

export const metadata: Metadata = { title: words.editPeer };

export default async function EditPeerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/signals/peers/${id}/edit`);
  if (!can(ctx, "signal-receiver:write")) return <NotForRole role={ctx.actor.role} />;
  const peer = await orNotFound(getReceiver(ctx, { receiverId: id }));
  const named = await listVerifierNames(ctx);
  const { verifier } = peer;
  // one that was disabled since goes on to be offered to the peer that has it
  const verifiers =
    verifier === null || named.some(({ id: own }) => own === verifier.id) ? named : [...named, verifier];
  return (
    <Page>
      <PageHeader
        title={words.editPeer}
        purpose={peer.name}
        crumbs={[
          { name: words.title, href: "/settings/signals" },
          { name: peer.name, href: `/settings/signals/peers/${id}` },
        ]}
      />
      <EditPeer key={peer.version} peer={peer} verifiers={verifiers} />
    </Page>
  );
}
