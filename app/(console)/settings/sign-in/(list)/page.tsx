import { IconPlus, IconUserKey } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listProviders } from "#lib/sign-in-providers/list-providers.ts";
import type { BreakGlassSignIn } from "#lib/sign-in-providers/model.ts";
import { getSignInPolicy, listBreakGlassCandidates } from "#lib/sign-in-providers/sign-in-policy.ts";
import { BreakGlassForm } from "../_components/break-glass-card.tsx";
import { LocalCard } from "../_components/local-card.tsx";
import { ProvidersTable } from "../_components/providers-table.tsx";
import { signInSettingWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function SignInSettingsPage() {
  const ctx = await requireSignedIn("/settings/sign-in");
  if (!can(ctx, "sign-in:read")) return <NotForRole role={ctx.actor.role} />;
  const [providers, policy, candidates] = await Promise.all([
    listProviders(ctx),
    getSignInPolicy(ctx),
    listBreakGlassCandidates(ctx),
  ]);
  const add = (
    <LinkButton href="/settings/sign-in/new" variant="filled" leftSection={<IconPlus size={16} />}>
      {words.newProvider}
    </LinkButton>
  );
  const hasProviders = providers.length > 0;
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={hasProviders ? add : null} />
      <Card title={words.providers} flush={hasProviders}>
        {hasProviders ? (
          <ProvidersTable providers={providers} />
        ) : (
          <EmptyState icon={<IconUserKey size={28} stroke={1.5} />} title={words.none} action={add}>
            {words.noneText}
          </EmptyState>
        )}
      </Card>
      <LocalCard policy={policy} hasProviders={hasProviders} />
      {hasProviders || policy.breakGlass.length > 0 ? (
        <BreakGlassForm key={policy.version} policy={policy} candidates={candidates} />
      ) : null}
      {hasProviders ? <BreakGlassSignIns signIns={policy.breakGlassSignIns} /> : null}
    </Page>
  );
}

function BreakGlassSignIns({ signIns }: { signIns: BreakGlassSignIn[] }) {
  return (
    <Card title={words.used}>
      {signIns.length === 0 ? <p className="muted">{words.usedNone}</p> : null}
      <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {signIns.map(({ at, admin, ip }) => (
          <li key={`${at} ${admin.id}`}>
            <strong>{admin.name}</strong> <Instant at={at} focusable />
            {ip === null ? null : (
              <>
                {" "}
                {words.usedFrom} <AddressLink ip={ip} />
              </>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
