import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { requireSignedIn, type SignedInContext } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { readWindow } from "#app/(console)/_components/read-window.ts";
import { parseWindow, type WindowParam } from "#app/(console)/_components/window-param.ts";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { listActivity } from "#lib/audit/list-activity.ts";
import { activityTable } from "#lib/audit/table.ts";
import { can } from "#lib/authz/require-permission.ts";
import { DomainError } from "#lib/errors.ts";
import { isUuid } from "#lib/ids.ts";
import { listIncidentsOf } from "#lib/incidents/list-incidents-of.ts";
import type { IncidentRow } from "#lib/incidents/model.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { findPurgedToken } from "#lib/retention/find-purged-token.ts";
import type { PurgedToken } from "#lib/retention/model.ts";
import { findToken } from "#lib/tokens/find-token.ts";
import { getToken } from "#lib/tokens/get-token.ts";
import { getTokenUseHistogram } from "#lib/tokens/get-token-use-histogram.ts";
import { shortId, type TokenDetail } from "#lib/tokens/model.ts";
import { readPropagationWindow } from "./_components/propagation-window.ts";
import { PurgedTokenPage } from "./_components/purged-token-page.tsx";
import { refusedSpans } from "./_components/refused-spans.ts";
import { TokenLoading } from "./_components/token-loading.tsx";
import { TokenPage } from "./_components/token-page.tsx";

type TokenRouteProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ pasted?: string | string[]; window?: string | string[] }>;
};

/** Uses that the timeline and "seen from" look at. */
const RECENT = 200;

export async function generateMetadata({ params }: Pick<TokenRouteProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return { title: isUuid(id) ? `Token ${shortId(id)}` : "Token" };
}

/** Whether the value that led here, of which only the hash is known, is another than the one on record. */
function differs(pasted: string | string[] | undefined, valueHash: string): boolean {
  if (typeof pasted !== "string") return false;
  return pasted === "differs" || (/^[0-9a-f]{64}$/.test(pasted) && pasted !== valueHash);
}

/** One token: what it is, where it stands, whose family it is of, what it did. A hash leads to the token that has it. */
export default async function TokenRoute({ params, searchParams }: TokenRouteProps) {
  const { id } = await params;
  const { pasted, window } = await searchParams;
  const ctx = await requireSignedIn(`/tokens/${encodeURIComponent(id)}`);
  if (/^[0-9a-f]{64}$/i.test(id)) {
    const found = await findToken(ctx, id);
    if (found) redirect(`/tokens/${found.id}`);
  }
  if (!isUuid(id)) notFound();
  // whether it is there is known before anything is sent: after that the answer could not be 404 any more
  const token = await orNotFound(getTokenOrPurged(ctx, id));
  if ("leftAt" in token) return <PurgedTokenPage token={token} />;
  return (
    <Suspense fallback={<TokenLoading />}>
      <TokenStory
        ctx={ctx}
        token={token}
        pastedDiffers={differs(pasted, token.valueHash)}
        asked={parseWindow(window)}
      />
    </Suspense>
  );
}

/** The token, or what is on record of one that has left the register with its week. */
async function getTokenOrPurged(ctx: SignedInContext, id: string): Promise<TokenDetail | PurgedToken> {
  try {
    return await getToken(ctx, id);
  } catch (error) {
    const purged =
      error instanceof DomainError && error.code === "GONE" ? await findPurgedToken(ctx, id) : null;
    if (purged === null) throw error;
    return purged;
  }
}

/** Whether a case of a token's user or client is about the token too: what they got once it was contained is theirs by right. */
function holdsToken(
  { id, state, containedAt }: IncidentRow,
  { issuedAt }: TokenDetail,
  named: readonly IncidentRow[],
): boolean {
  if (state === "closed" || named.some((one) => one.id === id)) return false;
  return containedAt === null || issuedAt < containedAt;
}

async function TokenStory({
  ctx,
  token,
  pastedDiffers,
  asked,
}: {
  ctx: SignedInContext;
  token: TokenDetail;
  pastedDiffers: boolean;
  asked: WindowParam;
}) {
  const holders = token.user === null ? [token.client.id] : [token.user.id, token.client.id];
  const refused = refusedSpans(token, ctx.now);
  const [histogram, activity, named, ofHolders, propagation] = await Promise.all([
    getTokenUseHistogram(ctx, token.id),
    listActivity(ctx, { ...defaultQuery(activityTable), filters: { token: token.id }, pageSize: RECENT }),
    listIncidentsOf(ctx, [token.id, token.familyId]),
    listIncidentsOf(ctx, holders, { isOfPerson: token.user !== null }),
    readPropagationWindow(ctx, token, refused),
  ]);
  const cases = [...named, ...ofHolders.filter((one) => holdsToken(one, token, named))];
  const { window, inCase } = await readWindow(ctx, { kind: "token", id: token.id }, asked, cases);
  return (
    <TokenPage
      window={window}
      inCase={inCase}
      ctx={ctx}
      token={token}
      histogram={histogram}
      activity={activity.rows}
      hasMore={activity.next !== null}
      may={revocableBy(ctx.actor.role)}
      pastedDiffers={pastedDiffers}
      cases={cases}
      canOpenCase={can(ctx, "incident:write")}
      refused={refused}
      propagation={propagation}
    />
  );
}
