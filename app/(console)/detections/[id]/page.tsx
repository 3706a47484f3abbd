import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { CasesOf } from "#app/(console)/_components/cases-of.tsx";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { SeverityTag } from "#app/(console)/_components/severity-tag.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getDetection } from "#lib/detections/get-detection.ts";
import { type DetectionDetail, RULE_WORDS } from "#lib/detections/model.ts";
import { RULES } from "#lib/detections/rules.ts";
import { isUuid } from "#lib/ids.ts";
import { listIncidentsOf } from "#lib/incidents/list-incidents-of.ts";
import { shortId } from "#lib/tokens/model.ts";
import { CountedActs } from "../_components/counted-acts.tsx";
import { CountedUses } from "../_components/counted-uses.tsx";
import { DetectionActions } from "../_components/detection-actions.tsx";
import { EvidenceCard } from "../_components/evidence-card.tsx";
import { RuleCard } from "../_components/rule-card.tsx";
import { StandingCard } from "../_components/standing-card.tsx";
import { SubjectCard } from "../_components/subject-card.tsx";
import { detectionWords as words } from "../_components/words.ts";

type DetectionPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readDetection = cache(async (id: string) => {
  if (!isUuid(id)) notFound();
  return getDetection(await requestContext(), id);
});

function nameOf({ rule, user, client, subject, verifier }: DetectionDetail): string {
  return `${RULE_WORDS[rule]}: ${user?.email ?? client?.clientId ?? (subject.kind === "verifier" ? verifier?.name : null) ?? shortId(subject.id)}`;
}

export async function generateMetadata({ params }: DetectionPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(readDetection(id).then(nameOf), words.one);
}

/** A detection: what says so first, then the very uses and acts that it counted; what it is found of and the rule beside them. */
export default async function DetectionPage({ params }: DetectionPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/detections/${id}`);
  const detection = await orNotFound(readDetection(id));
  const { tokenId, familyId, incident } = detection;
  const ids = [tokenId, familyId].filter((one) => one !== null);
  const found = ids.length > 0 && can(ctx, "incident:read") ? await listIncidentsOf(ctx, ids) : [];
  const cases = found.filter(({ number }) => number !== incident?.number);
  return (
    <Page>
      <PageHeader
        title={nameOf(detection)}
        badges={
          <>
            <StateBadge state={detection.state} />
            <SeverityTag severity={detection.severity} />
          </>
        }
        purpose={RULES[detection.rule].means}
        crumbs={[{ name: words.title, href: "/detections" }]}
        actions={
          <DetectionActions
            detection={detection}
            openCase={cases.find(({ state }) => state !== "closed")?.number ?? null}
            canWrite={can(ctx, "detection:write") && can(ctx, "incident:write")}
            canTune={can(ctx, "detection:tune")}
          />
        }
      />
      <Columns
        main={
          <>
            <StandingCard detection={detection} />
            <CasesOf cases={cases} title={words.casesOfToken} />
            <EvidenceCard detection={detection} />
            <CountedUses ctx={ctx} detection={detection} />
            <CountedActs ctx={ctx} detection={detection} />
          </>
        }
        side={
          <>
            <SubjectCard detection={detection} />
            <RuleCard detection={detection} />
            <RecentActs ctx={ctx} target="detection" targetId={detection.id} />
          </>
        }
      />
    </Page>
  );
}
