import type { Metadata } from "next";
import { z } from "zod";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getClient } from "#lib/clients/get-client.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import { explainLifetimes } from "#lib/lifetimes/explain-lifetimes.ts";
import type { LifetimesExplanation } from "#lib/lifetimes/explain-model.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { ChainCard } from "./_components/chain-card.tsx";
import { ClientLifetimesForm } from "./_components/client-lifetimes-form.tsx";
import { ExplainPicker } from "./_components/explain-picker.tsx";
import { SignInCards } from "./_components/sign-in-cards.tsx";
import { clientLifetimesWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

/** What the address asks about; what is no id is nothing. */
const asked = z.object({
  user: z.uuid().toLowerCase().optional().catch(undefined),
  audience: z.uuid().toLowerCase().optional().catch(undefined),
});

/** A user or an audience that is not there is left out of the question. */
async function explain(
  ctx: Context,
  clientId: string,
  { user, audience }: z.output<typeof asked>,
): Promise<LifetimesExplanation> {
  try {
    return await explainLifetimes(ctx, { clientId, userId: user, audienceId: audience });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "NOT_FOUND") throw error;
    return explainLifetimes(ctx, { clientId });
  }
}

type LifetimesPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function ClientLifetimesPage({ params, searchParams }: LifetimesPageProps) {
  const { id } = await params;
  await requireSignedIn(`/clients/${id}/lifetimes`);
  const ctx = await requestContext();
  const client = await orNotFound(getClient(ctx, { clientId: id }));
  const [organisation, told] = await Promise.all([
    getOrganisation(ctx),
    explain(ctx, id, asked.parse(await searchParams)),
  ]);
  return (
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        crumbs={[
          { name: words.clients, href: "/clients" },
          { name: client.name, href: `/clients/${client.id}` },
        ]}
      />
      <ClientLifetimesForm
        key={client.version}
        client={client}
        organisation={organisation}
        mayChange={can(ctx, "client:write")}
      />
      <ExplainPicker
        clientId={client.id}
        audiences={client.audiences.map(({ id, title }) => ({ id, title }))}
        audienceId={told.audience?.id ?? null}
        user={told.user}
      />
      <SignInCards told={told} />
      <ChainCard told={told} />
    </Page>
  );
}
