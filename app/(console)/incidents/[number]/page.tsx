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
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { can } from "#lib/authz/require-permission.ts";
import { listDetectionsOfCase } from "#lib/detections/list-detections-of-case.ts";
import { getBlastRadius } from "#lib/incidents/get-blast-radius.ts";
import { getIncident } from "#lib/incidents/get-incident.ts";
import { getIncidentTokens } from "#lib/incidents/get-incident-tokens.ts";
import { getIncidentUses } from "#lib/incidents/get-incident-uses.ts";
import { incidentNumber } from "#lib/incidents/input.ts";
import { listIncidentOrders } from "#lib/incidents/list-incident-orders.ts";
import { listNotices } from "#lib/incidents/list-notices.ts";
import { listOtherCases } from "#lib/incidents/list-other-cases.ts";
import { listReissues } from "#lib/incidents/list-reissues.ts";
import { STEP_WORDS } from "#lib/incidents/model.ts";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";
import { listReportsOfIncident } from "#lib/scanners/list-leak-reports.ts";
import { ownersSeenBy } from "#lib/scanners/owners-seen.ts";
import { incidentWords as words } from "../_components/words.ts";
import { AuditStep } from "./_components/audit-step.tsx";
import { BlastRadiusStep } from "./_components/blast-radius-step.tsx";
import { ContainStep } from "./_components/contain-step.tsx";
import { DetectionsCard } from "./_components/detections-card.tsx";
import { heldLines } from "./_components/held-lines.ts";
import { IdentifyStep } from "./_components/identify-step.tsx";
import { IncidentActions } from "./_components/incident-actions.tsx";
import { NotesCard } from "./_components/notes-card.tsx";
import { ReissueStep } from "./_components/reissue-step.tsx";
import { ReportStep } from "./_components/report-step.tsx";
import { ReportsCard } from "./_components/reports-card.tsx";
import { StepSection, Steps } from "./_components/steps.tsx";
import { SubjectsCard } from "./_components/subjects-card.tsx";
import { WindowCard } from "./_components/window-card.tsx";

type IncidentPageProps = { params: Promise<{ number: string }> };

/** Read once for the title and the page. */
const readCase = cache(async (number: number) => getIncident(await requestContext(), number));

async function numberOf(params: IncidentPageProps["params"]): Promise<number> {
  const parsed = incidentNumber.safeParse((await params).number);
  if (!parsed.success) notFound();
  return parsed.data;
}

export async function generateMetadata({ params }: IncidentPageProps): Promise<Metadata> {
  const number = await numberOf(params);
  return titleOf(
    readCase(number).then(({ title }) => `Case ${number}: ${title}`),
    words.one,
  );
}

/** A case: its steps from top to bottom with what is known at each, what it is about and who did what beside them. */
export default async function IncidentPage({ params }: IncidentPageProps) {
  const number = await numberOf(params);
  const ctx = await requireSignedIn(`/incidents/${number}`);
  const incident = await orNotFound(readCase(number));
  const [tokens, radius, orders, uses, reissues, notices, reports, detections, others] = await Promise.all([
    getIncidentTokens(ctx, number),
    getBlastRadius(ctx, number),
    listIncidentOrders(ctx, number),
    getIncidentUses(ctx, number),
    listReissues(ctx, number),
    listNotices(ctx, number),
    listReportsOfIncident(ctx, number),
    listDetectionsOfCase(ctx, number),
    listOtherCases(ctx, number),
  ]);
  const inForce = orders.rows.find(({ verb, standing }) => standing === "in_force" && verb !== "restore");
  const journey = inForce === undefined ? null : await getOrderPropagation(ctx, inForce.id);
  const canWrite = can(ctx, "incident:write");
  const step = { incident, canWrite };
  const sees = ownersSeenBy(ctx);
  // named tokens that have left the register have uses in the log
  const hasTokens = tokens.total > 0 || Object.values(incident.subjects).some((count) => count > 0);
  return (
    <Page>
      <PageHeader
        title={`Case ${number}: ${incident.title}`}
        badges={
          <>
            <StateBadge state={incident.state} />
            <SeverityTag severity={incident.severity} />
          </>
        }
        purpose={words.standsAs(incident, heldLines(incident, tokens, radius.secrets).length > 0)}
        crumbs={[{ name: words.title, href: "/incidents" }]}
        actions={
          <IncidentActions incident={incident} canWrite={canWrite} canExport={can(ctx, "export:create")} />
        }
      />
      <Columns
        main={
          <Steps>
            <StepSection name="identify" {...step}>
              <IdentifyStep incident={incident} tokens={tokens} sees={sees} />
            </StepSection>
            <StepSection name="blast_radius" {...step}>
              <BlastRadiusStep incident={incident} radius={radius} sees={sees} hasTokens={hasTokens} />
            </StepSection>
            <StepSection name="contain" {...step}>
              <ContainStep
                incident={incident}
                tokens={tokens}
                orders={orders}
                journey={journey}
                secrets={radius.secrets}
                sees={sees}
                may={revocableBy(ctx.actor.role)}
                canWrite={canWrite}
              />
            </StepSection>
            <StepSection name="reissue" {...step}>
              <ReissueStep
                number={number}
                radius={radius}
                isOfOwnAlone={incident.ownSecrets.length > 0 && !hasTokens}
                reissues={reissues}
                notices={notices}
                isClosed={incident.state === "closed"}
                may={revocableBy(ctx.actor.role)}
                canRotate={can(ctx, "client:write")}
                canTell={canWrite}
              />
            </StepSection>
            <StepSection name="audit" {...step}>
              <AuditStep incident={incident} uses={uses} hasTokens={hasTokens} canWrite={canWrite} />
            </StepSection>
            <StepSection name="report" {...step}>
              <ReportStep incident={incident} canWrite={canWrite} canExport={can(ctx, "export:create")} />
            </StepSection>
          </Steps>
        }
        side={
          <>
            <WindowCard incident={incident} canWrite={canWrite} />
            <SubjectsCard incident={incident} sees={sees} />
            <CasesOf cases={others} title={words.otherCases} />
            <DetectionsCard detections={detections} />
            <ReportsCard reports={reports} sees={sees} />
            <NotesCard
              incident={incident}
              canWrite={canWrite}
              author={ctx.actor.id}
              steps={Object.entries(STEP_WORDS).map(([value, { name }]) => ({ value, label: name }))}
            />
            <RecentActs ctx={ctx} target="incident" targetId={incident.id} />
          </>
        }
      />
    </Page>
  );
}
