"use client";

import { Progress } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { OrderRow, Settling } from "#lib/revocations/model.ts";
import { Tag } from "../display/tag.tsx";
import { useIsResting } from "../live/live.tsx";
import { useWork } from "../work/work.tsx";
import { leftWords, percentOf, progressWords } from "../work/work-words.ts";
import { askOrder } from "./order-requests.ts";

const ASK_MS = 1_000;

/** How far an order is, asked each second while somebody is there; when it is whole the page is drawn again. */
function useSettling(order: OrderRow & { settling?: Settling | null }): Settling | null {
  const router = useRouter();
  const isResting = useIsResting();
  const [settling, setSettling] = useState<Settling | null>(order.settling ?? null);
  const { id } = order;
  useEffect(() => {
    if (isResting) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    async function ask() {
      if (document.visibilityState === "visible") {
        const found = await askOrder(id, stop.signal).catch(() => null);
        if (stop.signal.aborted) return;
        if (found?.settledAt) return router.refresh();
        if (found) setSettling(found.settling);
      }
      timer = setTimeout(ask, ASK_MS);
    }
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, isResting, router]);
  return settling;
}

/** How far an order that is in force is written down, followed without a reload: counts, and time left where somebody can say. */
export function SettlingProgress({ order }: { order: OrderRow & { settling?: Settling | null } }) {
  const settling = useSettling(order);
  const { done, total, secondsLeft } = settling ?? {
    done: order.settledCount,
    total: null,
    secondsLeft: null,
  };
  const percent = percentOf({ done, total });
  return (
    <>
      <span>{progressWords({ state: "running", done, total, secondsLeft, unit: "tokens" })}</span>
      <Progress
        value={percent ?? 100}
        size={6}
        mt={6}
        maw={420}
        striped={percent === null}
        animated={percent === null}
        aria-label={percent === null ? "Written down: how much is left is not known" : "Written down"}
      />
    </>
  );
}

/** The same in a row of a list, from what every page follows; until that knows of the order, that it is settling. */
export function SettlingTag({ order }: { order: OrderRow }) {
  const item = useWork().items.find((one) => one.kind === "order" && one.id === order.id);
  const total = order.size === null ? null : { value: order.size, isExact: true };
  const { done, secondsLeft, ...rest } = item ?? { done: order.settledCount, total, secondsLeft: null };
  const percent = percentOf({ done, total: rest.total });
  if (percent === null)
    return <Tag tone="standby">{done === 0 ? "Settling" : `${done.toLocaleString("en")} so far`}</Tag>;
  return (
    <Tag tone="standby">{`${percent} %${secondsLeft === null ? "" : ` · ${leftWords(secondsLeft)}`}`}</Tag>
  );
}
