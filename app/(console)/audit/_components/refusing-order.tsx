"use client";

import { Anchor } from "@mantine/core";
import { OrderLink } from "#app/(console)/_components/order-link.tsx";
import { useTokenDetail } from "#app/(console)/_components/use-token-detail.ts";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import type { TokenUseRow } from "#lib/audit/model.ts";
import { findRefusingOrder } from "#lib/tokens/refusing-order.ts";

/** The order because of which a use was refused, leading to it. */
export function RefusingOrder({ use }: { use: TokenUseRow }) {
  const { detail, error, retry } = useTokenDetail(use.token.id);
  if (error !== null)
    return (
      <>
        could not be loaded{" "}
        <Anchor component="button" type="button" size="sm" underline="always" onClick={retry}>
          Try again
        </Anchor>
      </>
    );
  if (detail === null)
    return (
      <>
        <LoadingNote what="the order" />
        <Bar width="70%" />
      </>
    );
  const order = findRefusingOrder(detail.orders, use);
  return order === null ? <span className="faint">no longer on record</span> : <OrderLink order={order} />;
}
