import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { getApproval } from "#lib/approvals/get-approval.ts";
import { quotedReason } from "#lib/approvals/reason-words.ts";
import { isUuid } from "#lib/ids.ts";
import { ApprovalActions } from "../_components/approval-actions.tsx";
import { ApprovalBadge } from "../_components/approval-badge.tsx";
import { AskedCard } from "../_components/asked-card.tsx";
import { LookAgain } from "../_components/check.tsx";
import { ForYou } from "../_components/for-you.tsx";
import { ShownActs } from "../_components/shown-acts.tsx";
import { ShownReach } from "../_components/shown-reach.tsx";
import { StandingNow } from "../_components/standing-now.tsx";
import { approvalWords as words } from "../_components/words.ts";

type ApprovalPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readApproval = cache(async (id: string) => {
  if (!isUuid(id)) notFound();
  return getApproval(await requestContext(), { id });
});

export async function generateMetadata({ params }: ApprovalPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readApproval(id).then(({ summary }) => summary),
    words.one,
  );
}

/** An act that wants a second person: exactly what would happen first, who asked and why beside it. */
export default async function ApprovalPage({ params }: ApprovalPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/approvals/${id}`);
  const approval = await orNotFound(readApproval(id));
  const isGlass = approval.way === "break_glass";
  return (
    <LookAgain id={approval.id} isAsked={approval.may.check}>
      <Page>
        <PageHeader
          title={approval.summary}
          badges={
            <>
              <ApprovalBadge approval={approval} />
              {isGlass ? (
                approval.reviewedAt === null ? (
                  <StateBadge state="break_glass">{words.toReview}</StateBadge>
                ) : (
                  <StateBadge state="reviewed" />
                )
              ) : null}
            </>
          }
          purpose={`${isGlass ? "Done without a second person by" : "Asked for by"} ${approval.requestedBy.name}: ${quotedReason({ reason: approval.reason, actorKind: approval.requestedBy.kind })}`}
          crumbs={[{ name: words.title, href: "/approvals" }]}
          actions={<ApprovalActions approval={approval} />}
        />
        <Columns
          main={
            <>
              <StandingNow approval={approval} />
              <ForYou texts={approval.forYou} />
              <ShownActs approval={approval} />
              {approval.shown.plan === null ? null : <ShownReach plan={approval.shown.plan} />}
            </>
          }
          side={
            <>
              <AskedCard approval={approval} />
              <RecentActs ctx={ctx} target="approval" targetId={approval.id} />
            </>
          }
        />
      </Page>
    </LookAgain>
  );
}
