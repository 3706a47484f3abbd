"use client";

import { ActionIcon } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import Link from "next/link";
import type { OpenApprovals } from "#lib/approvals/model.ts";
import { Hint } from "../on-demand/hint.tsx";
import classes from "../work/work-tray.module.css";
import type { Counts } from "./navigation.tsx";

function totalOf({ toDecide, toDo, toReview }: OpenApprovals): number {
  return toDecide + toDo + toReview.length;
}

/** With the number that is seen: who speaks to the console says what they read. */
function wordsOf(approvals: OpenApprovals): string {
  const { toDecide, toDo, toReview } = approvals;
  const parts = [
    toDecide > 0 ? `${toDecide} to decide` : "",
    toDo > 0 ? `${toDo} approved, to be done by you` : "",
    toReview.length > 0 ? `${toReview.length} to review` : "",
  ].filter((part) => part !== "");
  return parts.length === 0
    ? "Approvals, none for you"
    : `Approvals, ${totalOf(approvals)}: ${parts.join(", ")}`;
}

/** For the navigation. */
export function approvalCounts(approvals: OpenApprovals): Counts {
  return { "/approvals": { count: totalOf(approvals), means: "for you" } };
}

/** What waits for this person, in the top bar of every page. */
export function ApprovalsLink({ approvals }: { approvals: OpenApprovals }) {
  const total = totalOf(approvals);
  const words = wordsOf(approvals);
  return (
    <Hint label={words}>
      <ActionIcon
        component={Link}
        prefetch={false}
        href="/approvals"
        aria-label={words}
        className={classes.target}
      >
        <IconUserCheck size={18} />
        {total > 0 ? (
          <span className={classes.count} aria-hidden>
            {total}
          </span>
        ) : null}
      </ActionIcon>
    </Hint>
  );
}
