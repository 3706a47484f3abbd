import { Suspense } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Bar } from "#components/feedback/skeleton.tsx";
import { can } from "#lib/authz/require-permission.ts";
import type { IncidentRow } from "#lib/incidents/model.ts";
import { getLifeline } from "#lib/lifelines/get-lifeline.ts";
import type { LifelineKind } from "#lib/lifelines/model.ts";
import { CompromiseCard } from "../compromise-card.tsx";
import { readWindow } from "../read-window.ts";
import { RecentUses } from "../recent-uses.tsx";
import { UseMap } from "../use-map.tsx";
import { mapWords } from "../use-map-words.ts";
import { type AskedLifeline, timeOf } from "./asked.ts";
import { halvesOf, phasesOf } from "./drawn.ts";
import { Endpoints } from "./endpoints.tsx";
import { Holders } from "./holders.tsx";
import { LifelineCard, type LogOf } from "./lifeline-card.tsx";
import { SplitCard } from "./split-card.tsx";
import { OWN_LIST, lifelineWords as words } from "./words.ts";

type FollowedProps = {
  ctx: SignedInContext;
  kind: LifelineKind;
  id: string;
  asked: AskedLifeline;
  /** The log's filter that means it. */
  log: LogOf;
  /** Cases that it is in, newest first, and what one on it is called. */
  cases?: readonly IncidentRow[];
  caseTitle?: string;
};

function Waiting({ title }: { title: string }) {
  return (
    <Card title={title}>
      <Bar height={180} />
    </Card>
  );
}

/** The lifeline and what splits it. */
async function Line({ ctx, kind, id, asked, log, cases = [], caseTitle = "" }: FollowedProps) {
  if (kind === "verifier" || kind === "address") {
    const from = asked.window instanceof Date && asked.window <= ctx.now ? asked.window : undefined;
    const lifeline = await getLifeline(ctx, { kind, id, at: asked.at, from });
    const at = lifeline.split?.at;
    return (
      <>
        <LifelineCard
          lifeline={lifeline}
          asked={asked}
          log={log}
          window={at === undefined ? null : { at, word: words.splitAt }}
          phases={at === undefined ? undefined : halvesOf(lifeline, at)}
        />
        <SplitCard kind={kind} split={lifeline.split} />
      </>
    );
  }
  const [lifeline, { window, inCase }] = await Promise.all([
    getLifeline(ctx, { kind, id, at: asked.at }),
    readWindow(ctx, { kind, id }, asked.window, cases),
  ]);
  const from = window?.compromisedFrom;
  return (
    <>
      <LifelineCard
        lifeline={lifeline}
        asked={asked}
        log={log}
        window={from === undefined ? null : { at: from, word: words.compromisedFrom }}
        phases={from === undefined ? undefined : phasesOf(lifeline, from)}
      />
      <CompromiseCard
        of={{ kind, id, title: caseTitle }}
        window={window}
        inCase={inCase}
        canOpenCase={can(ctx, "incident:write")}
      />
    </>
  );
}

/** Something through time: its lifeline, where from, by whom, and what was called. Each part comes when it is read. */
export function Followed(props: FollowedProps) {
  const { ctx, kind, asked, log } = props;
  const at = timeOf(asked);
  return (
    <>
      <Suspense fallback={<Waiting title={words.lifeline} />}>
        <Line {...props} />
      </Suspense>
      <Suspense fallback={<Waiting title={mapWords.title} />}>
        <UseMap ctx={ctx} of={log} at={at} />
      </Suspense>
      <Suspense fallback={<Waiting title={words.whose} />}>
        <Holders ctx={ctx} log={log} at={at} own={OWN_LIST[kind]} />
      </Suspense>
      <Suspense fallback={<Waiting title={words.endpoints} />}>
        <Endpoints ctx={ctx} log={log} at={at} />
      </Suspense>
      <Suspense fallback={<Waiting title={words.newest} />}>
        <RecentUses ctx={ctx} of={log} at={at} title={words.newest} />
      </Suspense>
    </>
  );
}
