"use client";

import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconRefreshAlert } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { Instant } from "#components/display/instant.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { RequestProblem } from "#components/request/request-json.ts";
import type { ApprovalDetail, ApprovalRow } from "#lib/approvals/model.ts";
import classes from "./approvals.module.css";
import { useChecked } from "./check.tsx";
import { approvalWords as words } from "./words.ts";

/** Plans and tries it out anew, and leads to the approval that stands in its place. */
function AskAgain({ id }: { id: string }) {
  const router = useRouter();
  const request = useSend();

  async function ask() {
    const made = await request.send<ApprovalRow>("POST", `/api/v1/approvals/${id}/ask-again`);
    if (made === undefined) return;
    router.push(`/approvals/${made.id}`);
    router.refresh();
  }

  return (
    <>
      <ProblemAlert error={request.problem} title={words.notAskedAgain} />
      <Button size="xs" mt={8} loading={request.isBusy} onClick={() => void ask()}>
        {words.askAgain}
      </Button>
    </>
  );
}

/** What would be otherwise, or was, and what to do then: one place to say it. */
function Stale({ approval, changed }: { approval: ApprovalDetail; changed: readonly string[] }) {
  const { may, state, requestedBy } = approval;
  const isOver = state === "stale";
  return (
    <Alert
      color={isOver ? "red" : "yellow"}
      role="alert"
      icon={<IconRefreshAlert size={18} />}
      title={isOver ? words.wasStale : words.isStale}
    >
      <ul className={classes.differences}>
        {changed.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p>{may.askAgain ? words.againMeans : words.againBy(requestedBy.name, may.decide)}</p>
      {may.askAgain ? <AskAgain id={approval.id} /> : null}
    </Alert>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={classes.standing} role="status">
      {icon}
      <span>{children}</span>
    </p>
  );
}

/** Whether what waits would still do exactly this, before anybody approves it; of one that was refused, why. */
export function StandingNow({ approval }: { approval: ApprovalDetail }) {
  const { found, error, isLooking, look } = useChecked();
  const { state, may, changed } = approval;
  if (state === "stale") return <Stale approval={approval} changed={changed} />;
  if (state === "lapsed" && may.askAgain)
    return (
      <Alert color="gray" icon={<IconRefreshAlert size={18} />} title={words.hasLapsed}>
        <p>{words.againMeans}</p>
        <AskAgain id={approval.id} />
      </Alert>
    );
  if (isLooking) return <p className={`muted ${classes.standing}`}>{words.looking}</p>;
  if (found?.isStale) return <Stale approval={approval} changed={found.changed} />;
  if (found !== null)
    return (
      <Line icon={<IconCircleCheck size={18} aria-hidden className={classes.same} />}>
        {words.isSame} {found.says.join(" ")}{" "}
        <span className="muted">
          <Instant at={found.at} prefix={words.looked} />
        </span>
      </Line>
    );
  if (error === null) return null;
  const why = error instanceof RequestProblem ? error.message : words.noAnswer;
  return (
    <Line icon={<IconAlertTriangle size={18} aria-hidden />}>
      {words.notLooked(why)}{" "}
      <Button size="compact-xs" variant="subtle" onClick={look}>
        {words.lookAgain}
      </Button>
    </Line>
  );
}
