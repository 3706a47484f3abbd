import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { LiveTokens } from "#app/(console)/_components/live-tokens.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { RecentUses } from "#app/(console)/_components/recent-uses.tsx";
import { StandingBadge } from "#app/(console)/_components/standing-badge.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { FILTER_VALUES_MAX } from "#lib/list-query/define-table.ts";
import { getVerifierStanding } from "#lib/propagation/list-standings.ts";
import { sumLostUses } from "#lib/reports/sum-lost-uses.ts";
import { listStreams } from "#lib/signals/list-streams.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { getVerifierInstances } from "#lib/verifiers/get-verifier-instances.ts";
import { noUses, readVerifierUses } from "#lib/verifiers/verifier-uses.ts";
import { HowToCheck } from "../_components/how-to-check.tsx";
import { VerifierActions } from "../_components/verifier-actions.tsx";
import { VerifierAudiences, VerifierFacts } from "../_components/verifier-cards.tsx";
import { VerifierInstances } from "../_components/verifier-instances.tsx";
import { VerifierSecrets } from "../_components/verifier-secrets.tsx";
import { VerifierStreams } from "../_components/verifier-streams.tsx";
import { VerifierUses } from "../_components/verifier-uses.tsx";
import { verifierWords as words } from "../_components/words.ts";

type VerifierPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readVerifier = cache(async (id: string) => getVerifier(await requestContext(), { verifierId: id }));

export async function generateMetadata({ params }: VerifierPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readVerifier(id).then((found) => found.name),
    words.one,
  );
}

export default async function VerifierPage({ params }: VerifierPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/verifiers/${id}`);
  const verifier = await orNotFound(readVerifier(id));
  const [found, standing, uses, streams, gaps] = await Promise.all([
    getVerifierInstances(ctx, { verifierId: verifier.id }),
    getVerifierStanding(ctx, verifier.id),
    readVerifierUses(ctx),
    listStreams(ctx, { verifierId: verifier.id }),
    can(ctx, "audit:read")
      ? sumLostUses(ctx, {
          verifierId: verifier.id,
          from: new Date(noUses(ctx.now).hours[0]?.at ?? ctx.now),
        })
      : null,
  ]);
  const how = <HowToCheck verifier={verifier} issuer={getEnv().authorityIssuer} />;
  // until it is set up, how to do that is what its page is for
  const isNew = standing.lastHeardAt === null;
  return (
    <Page>
      <PageHeader
        title={verifier.name}
        badges={
          <>
            <StateBadge state={verifier.state} />
            {verifier.state === "enabled" ? <StandingBadge of={standing} /> : null}
          </>
        }
        purpose={verifier.description || words.purpose}
        crumbs={[{ name: words.title, href: "/verifiers" }]}
        actions={can(ctx, "verifier:write") ? <VerifierActions verifier={verifier} /> : null}
      />
      <SubjectTabs kind="verifier" id={verifier.id} current="itself" />
      <Columns
        main={
          <>
            {isNew ? how : null}
            <VerifierInstances verifier={verifier} found={found} canWrite={can(ctx, "verifier:write")} />
            <VerifierUses
              verifier={verifier}
              uses={uses === null ? null : (uses.get(verifier.id) ?? noUses(ctx.now))}
              gaps={gaps}
            />
            {isNew ? null : how}
            {verifier.audiences.length > 0 ? (
              <LiveTokens
                ctx={ctx}
                of={{
                  audience: verifier.audiences.slice(0, FILTER_VALUES_MAX).map((audience) => audience.name),
                }}
                title="Live tokens for its audiences"
              />
            ) : null}
            <RecentUses ctx={ctx} of={{ verifier: verifier.id }} title={words.usesLink} />
          </>
        }
        side={
          <>
            <VerifierFacts verifier={verifier} standing={standing} />
            <VerifierSecrets verifier={verifier} canWrite={can(ctx, "verifier:write")} />
            <VerifierAudiences verifier={verifier} />
            <VerifierStreams streams={streams} />
            <RecentActs ctx={ctx} target="verifier" targetId={verifier.id} />
          </>
        }
      />
    </Page>
  );
}
