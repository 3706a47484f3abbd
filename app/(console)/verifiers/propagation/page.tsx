import { IconRoute } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { JourneyBoard } from "#app/(console)/_components/journey-board.tsx";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { findOrderPropagation } from "#lib/propagation/find-order-propagation.ts";
import { orderLine } from "#lib/revocations/target-words.ts";
import { BoardChoices } from "../_components/board-choices.tsx";
import { boardAddress, parseBoardQuery } from "../_components/board-query.ts";
import { VerifierTabs } from "../_components/verifier-tabs.tsx";
import { boardWords, verifierWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: boardWords.title };

/** The journey of one of the newest orders to every verifier; the newest unless another is named. */
export default async function PropagationPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const query = parseBoardQuery(await searchParams);
  const ctx = await requireSignedIn(boardAddress(query));
  const { orders, chosen, journey } = await findOrderPropagation(ctx, query.order);
  const rows = journey?.rows.filter(
    (row) =>
      (query.state === null || row.state === query.state) &&
      (query.audience === null || row.audiences.includes(query.audience)),
  );
  return (
    <Page>
      <PageHeader title={words.title} purpose={boardWords.purpose} />
      <VerifierTabs current="/verifiers/propagation" />
      {journey === null || chosen === null ? (
        <Card>
          <EmptyState
            icon={<IconRoute size={28} stroke={1.5} />}
            title={boardWords.emptyTitle}
            action={<LinkButton href="/tokens">{boardWords.emptyAct}</LinkButton>}
          >
            {boardWords.emptyText}
          </EmptyState>
        </Card>
      ) : (
        <Card>
          <BoardChoices
            query={{ ...query, order: chosen.id }}
            orders={orders.map((order) => ({
              id: order.id,
              line: orderLine(order),
              createdAt: order.createdAt,
            }))}
            audiences={[...new Set(journey.rows.flatMap((row) => row.audiences))].sort()}
            verb={journey.order.verb}
            isOver={journey.order.endedAt !== null}
            counts={{ reached: journey.reached, open: journey.open }}
          />
          <JourneyBoard journey={journey} {...(rows === undefined ? {} : { rows })} />
        </Card>
      )}
    </Page>
  );
}
