import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { listVerifierNames } from "#lib/verifiers/list-verifier-names.ts";
import { CreatePeer } from "../../_components/create-peer.tsx";
import { signalWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.newPeer };

export default async function NewPeerPage() {
  const ctx = await requireSignedIn("/settings/signals/peers/new");
  if (!can(ctx, "signal-receiver:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.newPeer}
        purpose={words.peerPurpose}
        crumbs={[{ name: words.title, href: "/settings/signals" }]}
      />
      <CreatePeer issuer={getEnv().authorityIssuer} verifiers={await listVerifierNames(ctx)} />
    </Page>
  );
}
