"use client";

import { Anchor, Button, Group } from "@mantine/core";
import { IconCircleCheck, IconClockHour4, IconInfoCircle } from "@tabler/icons-react";
import Link from "next/link";
import type { Remaining, RevocationResult } from "#lib/revocations/model.ts";
import { Instant } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import classes from "./revoke-dialog.module.css";

/** Who refuses, and until when the last token can be accepted by what asks nobody. */
export function Refusal({ refusal }: { refusal: RevocationResult["refusedEverywhere"] }) {
  return (
    <span>
      {refusal.says}{" "}
      <Until at={refusal.at} words={refusal.isExact ? "Last expiry:" : "Last expiry, at the latest:"} />
    </span>
  );
}

/** Something that still works, and until when. */
export function StillWorks({ remaining }: { remaining: Remaining }) {
  return (
    <>
      {remaining.says}{" "}
      <Until
        at={remaining.until}
        words={remaining.kind === "user_sessions" ? "At the latest until:" : "Until:"}
      />
    </>
  );
}

/** An instant is told here as everywhere else. */
function Until({ at, words }: { at: string | null; words: string }) {
  if (at === null) return null;
  return (
    <>
      {words} <Instant at={at} show="exact" focusable />
    </>
  );
}

/** What a revocation did, when the last verifier refuses, and what it left valid. */
export function RevocationOutcome({ result, onClose }: { result: RevocationResult; onClose: () => void }) {
  const { wasPlaced, reached, remains, refusedEverywhere, order } = result;
  return (
    <div className={classes.form} role="status">
      <div className={classes.outcome}>
        <IconCircleCheck size={20} aria-hidden />
        <p>
          {wasPlaced
            ? `Revoked. ${groupedNumber(reached.tokens)}${reached.isExact ? "" : " or more"} live token${
                reached.tokens === 1 ? "" : "s"
              } stopped working.`
            : "It was revoked before: nothing was changed."}
        </p>
      </div>
      <p className={classes.line}>
        <IconClockHour4 size={18} aria-hidden />
        <Refusal refusal={refusedEverywhere} />
      </p>
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
