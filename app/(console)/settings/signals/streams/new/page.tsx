import { IconShieldCheck } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listVerifierNames } from "#lib/verifiers/list-verifier-names.ts";
import { StreamForm } from "../../_components/stream-form.tsx";
import { signalWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.newStream };

export default async function NewStreamPage() {
  const ctx = await requireSignedIn("/settings/signals/streams/new");
  if (!can(ctx, "verifier:write")) return <NotForRole role={ctx.actor.role} />;
  const verifiers = await listVerifierNames(ctx);
  return (
    <Page>
      <PageHeader
        title={words.newStream}
        purpose={words.streamPurpose}
        crumbs={[{ name: words.title, href: "/settings/signals" }]}
      />
      {verifiers.length > 0 ? (
        <StreamForm verifiers={verifiers} />
      ) : (
        <Card>
          <EmptyState
            icon={<IconShieldCheck size={28} stroke={1.5} />}
            title={words.noVerifierTitle}
            action={<LinkButton href="/verifiers/new">{words.registerVerifier}</LinkButton>}
          >
            {words.noVerifierText}
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}
