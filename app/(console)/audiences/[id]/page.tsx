import { IconPencil } from "@tabler/icons-react";
import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { LiveTokens } from "#app/(console)/_components/live-tokens.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { RevokeButton } from "#components/revocation/revoke-button.tsx";
import { getAudience } from "#lib/audiences/get-audience.ts";
import { can } from "#lib/authz/require-permission.ts";
import { AudienceFacts, AudiencePermissions } from "../_components/audience-cards.tsx";
import { NextStep } from "../_components/next-step.tsx";
import { audienceWords as words } from "../_components/words.ts";

type AudiencePageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readAudience = cache(async (id: string) => getAudience(await requestContext(), { audienceId: id }));

export async function generateMetadata({ params }: AudiencePageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readAudience(id).then((found) => found.title),
    words.one,
  );
}

export default async function AudiencePage({ params }: AudiencePageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/audiences/${id}`);
  const audience = await orNotFound(readAudience(id));
  const may = revocableBy(ctx.actor.role);
  return (
    <Page>
      <PageHeader
        title={audience.title}
        purpose={words.purpose}
        crumbs={[{ name: words.title, href: "/audiences" }]}
        actions={
          <>
            {can(ctx, "audience:write") ? (
              <LinkButton href={`/audiences/${audience.id}/edit`} leftSection={<IconPencil size={16} />}>
                {words.edit}
              </LinkButton>
            ) : null}
            <RevokeButton
              target={{ kind: "audience", id: audience.name }}
              label={words.revokeTokens}
              isAllowed={may.audience}
            />
          </>
        }
      />
      <Columns
        main={
          <>
            <NextStep
              audience={audience}
              canAddClient={can(ctx, "client:write")}
              canAddVerifier={can(ctx, "verifier:write")}
            />
            <AudiencePermissions audience={audience} may={may} />
            <LiveTokens ctx={ctx} of={{ audience: [audience.name] }} title={words.liveTokens} />
          </>
        }
        side={
          <>
            <AudienceFacts audience={audience} />
            <RecentActs ctx={ctx} target="audience" targetId={[audience.id, audience.name]} />
          </>
        }
      />
    </Page>
  );
}
