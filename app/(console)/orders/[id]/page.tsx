import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { JourneyBoard } from "#app/(console)/_components/journey-board.tsx";
import { journeyWords } from "#app/(console)/_components/journey-words.ts";
import { PropagationLink } from "#app/(console)/_components/propagation-link.tsx";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { OrderActions } from "#components/revocation/order-actions.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";
import { getOrder } from "#lib/revocations/get-order.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { orderLine } from "#lib/revocations/target-words.ts";
import { OrderBadge } from "../_components/order-badge.tsx";
import { OrderRecord } from "../_components/order-record.tsx";
import { STANDING_WORDS, orderWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/orders/${id}`);
  const order = await orNotFound(getOrder(ctx, id));
  return (
    <Page>
      <PageHeader
        title={orderLine(order)}
        purpose={`${reasonWords(order.reason, order.actor.kind)}, by ${order.actor.name}`}
        badges={<OrderBadge order={order}>{STANDING_WORDS[order.standing]}</OrderBadge>}
        crumbs={[{ name: words.title, href: "/orders" }]}
        actions={<OrderActions order={order} may={revocableBy(ctx.actor.role)} />}
      />
      <Card>
        <OrderRecord order={order} />
      </Card>
      <Card title={journeyWords.title} aside={<PropagationLink orderId={order.id} />}>
        <JourneyBoard journey={await getOrderPropagation(ctx, id)} />
      </Card>
    </Page>
  );
}
