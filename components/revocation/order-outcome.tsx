"use client";

import { Anchor, Button, Group } from "@mantine/core";
import { IconCircleCheck, IconClockHour4, IconInfoCircle } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import type { PlannedOrderResult } from "#lib/order-plans/model.ts";
import type { OrderRow } from "#lib/revocations/model.ts";
import { askOrder } from "./order-requests.ts";
import classes from "./revoke-dialog.module.css";
import { SelectionProgress } from "./selection-progress.tsx";
import { Refusal, StillWorks } from "./until.tsx";

const ASK_MS = 1_000;

/** How far a frozen selection is written: what is written is in force. */
function WrittenSoFar({ order }: { order: OrderRow }) {
  const [now, setNow] = useState(order);
  const isDone = now.settledAt !== null;
  const { id } = order;
  useEffect(() => {
    if (isDone) return;
    const stop = new AbortController();
    const timer = setInterval(() => {
      askOrder(id, stop.signal)
        .then(setNow)
        .catch(() => {});
    }, ASK_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [id, isDone]);
  const size = now.size ?? 0;
  const written = isDone ? size : now.settledCount;
  return (
    <div>
      <SelectionProgress written={written} size={size} />
      <p className="muted">{isDone ? "All are in force." : "It goes on when this is closed."}</p>
    </div>
  );
}

/** What an order did, when the last verifier refuses, and what it left valid. */
export function OrderOutcome({ result, onClose }: { result: PlannedOrderResult; onClose: () => void }) {
  const { remains, refusedEverywhere, order, wasPlaced } = result;
  const isWritten = order.size === null || order.settledAt !== null || order.standing === "scheduled";
  return (
    <div className={classes.form} role="status">
      <div className={classes.outcome}>
        <IconCircleCheck size={20} aria-hidden />
        <p>{result.sentences.join(" ")}</p>
      </div>
      {isWritten ? null : <WrittenSoFar order={order} />}
      {wasPlaced ? (
        <p className={classes.line}>
          <IconClockHour4 size={18} aria-hidden />
          <Refusal refusal={refusedEverywhere} />
        </p>
      ) : null}
      {remains.length > 0 ? (
        <div>
          <h3 className={classes.heading}>Still valid</h3>
          <ul className={classes.remains}>
            {remains.map((remaining) => (
              <li key={`${remaining.kind} ${remaining.says}`}>
                <StillWorks remaining={remaining} />{" "}
                {remaining.href ? (
                  <Anchor
                    component={Link}
                    prefetch={false}
                    href={remaining.href}
                    onClick={onClose}
                    size="sm"
                    underline="always"
                  >
                    Show
                  </Anchor>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <p className={classes.line}>
          <IconInfoCircle size={18} aria-hidden />
          Nothing that hangs together with it is left valid.
        </p>
      )}
      <Group justify="space-between" gap="xs">
        <Anchor
          component={Link}
          prefetch={false}
          href={`/orders/${order.id}`}
          onClick={onClose}
          size="sm"
          style={{ textDecoration: "underline" }}
        >
          The order on record
        </Anchor>
        <Button variant="filled" onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </div>
  );
}
