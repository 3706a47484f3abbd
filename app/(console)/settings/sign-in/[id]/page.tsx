import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { getProvider } from "#lib/sign-in-providers/list-providers.ts";
import { EditProvider } from "../_components/edit-provider.tsx";
import { ProviderActions } from "../_components/provider-actions.tsx";
import { signInSettingWords as words } from "../_components/words.ts";

type ProviderPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readProvider = cache(async (id: string) => getProvider(await requestContext(), { providerId: id }));

export async function generateMetadata({ params }: ProviderPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readProvider(id).then((found) => found.name),
    words.one,
  );
}

export default async function ProviderPage({ params }: ProviderPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/sign-in/${id}`);
  if (!can(ctx, "sign-in:read")) return <NotForRole role={ctx.actor.role} />;
  const provider = await orNotFound(readProvider(id));
  return (
    <Page>
      <PageHeader
        title={provider.name}
        badges={<StateBadge state={provider.state} />}
        purpose={words.about}
        crumbs={[{ name: words.title, href: "/settings/sign-in" }]}
        actions={can(ctx, "sign-in:write") ? <ProviderActions provider={provider} /> : null}
      />
      <Columns
        main={
          <>
            <Card title={words.redirect}>
              <p className="muted">{words.redirectHelp}</p>
              <CommandLine
                what="redirect address"
                text={`${getEnv().consoleUrl}/api/auth/callback/${provider.id}`}
              />
            </Card>
            <EditProvider key={provider.version} provider={provider} />
          </>
        }
        side={
          <>
            <Card title={words.one}>
              <KeyValue
                items={[
                  { key: words.admins, value: groupedNumber(provider.admins) },
                  { key: words.invited, value: groupedNumber(provider.invited) },
                  { key: words.sessions, value: groupedNumber(provider.sessions) },
                  { key: words.last, value: <Instant at={provider.lastSignInAt} none="never" focusable /> },
                  { key: words.created, value: <Instant at={provider.createdAt} focusable /> },
                  { key: words.changed, value: <Instant at={provider.updatedAt} focusable /> },
                  { key: words.id, value: <IdText id={provider.id} what="provider id" head={8} /> },
                ]}
              />
            </Card>
            <RecentActs ctx={ctx} target="sign_in_provider" targetId={provider.id} />
          </>
        }
      />
    </Page>
  );
}
