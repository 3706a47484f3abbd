import { Suspense } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { CasesOf } from "#app/(console)/_components/cases-of.tsx";
import { CompromiseCard } from "#app/(console)/_components/compromise-card.tsx";
import { JourneyBoard } from "#app/(console)/_components/journey-board.tsx";
import { journeyWords } from "#app/(console)/_components/journey-words.ts";
import { OpenCaseOf } from "#app/(console)/_components/open-case-of.tsx";
import { PropagationLink } from "#app/(console)/_components/propagation-link.tsx";
import { UseMap } from "#app/(console)/_components/use-map.tsx";
import { mapWords } from "#app/(console)/_components/use-map-words.ts";
import { Lifeline } from "#components/charts/lifeline.tsx";
import { Card, CardHeading } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { Word } from "#components/display/word.tsx";
import { Bar } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeMenu } from "#components/revocation/revoke-menu.tsx";
import type { ActivityRow } from "#lib/audit/model.ts";
import type { CompromiseWindow, IncidentRow } from "#lib/incidents/model.ts";
import type { TokenDetail, TokenUseHistogram } from "#lib/tokens/model.ts";
import { revokeChoices } from "../../_components/revoke-choices.ts";
import { Anatomy } from "./anatomy.tsx";
import { lifelineMarks, lifelinePhases, refusedWords } from "./lifeline-marks.ts";
import { Lineage } from "./lineage.tsx";
import { PastedDiffers } from "./pasted-differs.tsx";
import type { RefusedSpan } from "./refused-spans.ts";
import { SeenFrom } from "./seen-from.tsx";
import { Standing } from "./standing.tsx";
import { Timeline } from "./timeline.tsx";
import classes from "./token-page.module.css";

type TokenPageProps = {
  ctx: SignedInContext;
  token: TokenDetail;
  histogram: TokenUseHistogram;
  /** Newest first. */
  activity: ActivityRow[];
  hasMore: boolean;
  may: MayRevoke;
  /** Whether who came here had pasted a value under this id that is not the one on record. */
  pastedDiffers: boolean;
  /** The newest cases that it or its family is in. */
  cases: IncidentRow[];
  canOpenCase: boolean;
  /** The window that its uses are split by, and the case that it is of. */
  window: CompromiseWindow | null;
  inCase: IncidentRow | null;
  /** When it was refused, and in which time some verifier could still accept it. */
  refused: RefusedSpan[];
  propagation: { from: string; to: string } | undefined;
};

/** A token's page: the lifeline first, then what it is, where it stands and where it came from, then each use. */
export function TokenPage(props: TokenPageProps) {
  const { ctx, token, histogram, activity, hasMore, may, pastedDiffers, cases, canOpenCase, window, inCase } =
    props;
  const { refused, propagation } = props;
  const holder = token.user?.email ?? token.subject;
  const caseTitle = `Leaked ${token.kind} token of ${holder}`;
  const isEnded = token.state === "revoked" || token.state === "consumed";
  return (
    <Page>
      <PageHeader
        crumbs={[
          { name: "Tokens", href: "/tokens" },
          {
            name: token.client.clientId,
            href: `/tokens?client=${encodeURIComponent(token.client.clientId)}`,
          },
        ]}
        title={<IdText id={token.id} what="token id" head={13} tail={4} />}
        badges={
          <>
            <StateBadge state={token.state} />
            <Tag>
              {token.format === "jwt" ? "JWT" : "Opaque"} {token.kind} token
            </Tag>
          </>
        }
        purpose={
          <>
            {holder} through {token.client.clientId} · issued{" "}
            <Instant at={token.issuedAt} show="exact" focusable /> ·{" "}
            {isEnded ? "would have expired" : token.state === "expired" ? "expired" : "expires"}{" "}
            <Instant at={token.expiresAt} show="exact" focusable />
          </>
        }
        actions={
          <>
            {canOpenCase ? <OpenCaseOf kind="token" id={token.id} title={caseTitle} /> : null}
            <RevokeMenu
              choices={revokeChoices(token, token)}
              may={may}
              label={isEnded ? "Revoke more" : "Revoke"}
            />
          </>
        }
      />
      {pastedDiffers ? <PastedDiffers format={token.format} /> : null}
      <CasesOf cases={cases} />
      <Card title="Lifeline">
        <Lifeline
          from={histogram.from}
          to={histogram.to}
          bucketSeconds={histogram.bucketSeconds}
          // its issue is a mark
          buckets={histogram.buckets.map(({ at, allowed, refused }) => ({ at, allowed, refused }))}
          marks={lifelineMarks(token, refused, window?.compromisedFrom ?? null)}
          phases={window ? lifelinePhases(token, refused, window.compromisedFrom, histogram.to) : undefined}
          shade={propagation}
        />
        {refusedWords(histogram.refusedAs) === null ? null : (
          <p className="muted">{refusedWords(histogram.refusedAs)}</p>
        )}
      </Card>
      <CompromiseCard
        of={{ kind: "token", id: token.id, title: caseTitle }}
        window={window}
        inCase={inCase}
        canOpenCase={canOpenCase}
      />
      <div className={classes.columns}>
        <Card title="Anatomy" className={classes.anatomy}>
          <Anatomy token={token} />
        </Card>
        <Card title="Standing">
          <Standing token={token} />
        </Card>
        <Card
          title={<Word of="family">Lineage</Word>}
          aside={`${token.lineageTotal} ${token.lineageTotal === 1 ? "token" : "tokens"}`}
        >
          <Lineage token={token} activity={activity} />
          <CardHeading>Seen from</CardHeading>
          <Suspense fallback={<Bar height={64} />}>
            <SeenFrom ctx={ctx} tokenId={token.id} />
          </Suspense>
        </Card>
      </div>
      {token.journey === null ? null : (
        <Card
          title={<Word of="propagation">{journeyWords.title}</Word>}
          aside={<PropagationLink orderId={token.journey.order.id} />}
        >
          <JourneyBoard journey={token.journey} />
        </Card>
      )}
      <Suspense
        fallback={
          <Card title={mapWords.title}>
            <Bar height={180} />
          </Card>
        }
      >
        <UseMap ctx={ctx} of={{ token: token.id }} />
      </Suspense>
      <Timeline tokenId={token.id} activity={activity} hasMore={hasMore} />
    </Page>
  );
}
