"use client";

import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconRefreshAlert } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { Instant } from "#components/display/instant.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { RequestProblem } from "#components/request/request-json.ts";
import type { ApprovalDetail, ApprovalRow, EndCause } from "#lib/approvals/model.ts";
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
    <div className={classes.again}>
      <p>{words.againMeans}</p>
      <ProblemAlert error={request.problem} title={words.notAskedAgain} />
      <Button size="xs" loading={request.isBusy} onClick={() => void ask()}>
        {words.askAgain}
      </Button>
    </div>
  );
}

/** For who asked: the button, where asking again would come to anything; else why not. */
function Again({ id, said }: { id: string; said: readonly string[] }) {
  const { found, isLooking } = useChecked();
  if (isLooking) return <p className="muted">{words.lookingAgain}</p>;
  const why = found?.again?.isPossible === false ? found.again.why : null;
  if (why === null) return <AskAgain id={id} />;
  return <p>{words.notAgain(said.includes(why) ? null : why)}</p>;
}

/** An approval that cannot be done as it was asked for, and why. */
type Ended = { approval: ApprovalDetail; changed: readonly string[]; endCause: EndCause };

/** What there is to do then. */
function WhatNext({ approval, changed, endCause }: Ended) {
  const { id, may, state, requestedBy } = approval;
  const { found } = useChecked();
  // who may not ask for it any more is not offered it; whoever asked and is let in again is
  if (may.check && (state === "stale" || found?.again != null)) return <Again id={id} said={changed} />;
  if (endCause === "asker") return <p>{words.notInTheirName}</p>;
  return <p>{words.againBy(requestedBy.name, may.decide)}</p>;
}

/** Why it cannot be done as it was asked for, and what to do then: one place to say it. */
function Stale({ approval, changed, endCause }: Ended) {
  const isOver = approval.state === "stale";
  return (
    <Alert
      color={isOver ? (endCause === "asker" ? "gray" : "red") : "yellow"}
      role="alert"
      icon={<IconRefreshAlert size={18} />}
      title={(isOver ? words.wasOver : words.isOver)[endCause]}
    >
      <ul className={classes.differences}>
        {changed.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <WhatNext approval={approval} changed={changed} endCause={endCause} />
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
  if (state === "stale")
    return <Stale approval={approval} changed={changed} endCause={approval.endCause ?? "changed"} />;
  if (state === "lapsed" && may.check)
    return (
      <Alert color="gray" icon={<IconRefreshAlert size={18} />} title={words.hasLapsed}>
        <Again id={approval.id} said={[]} />
      </Alert>
    );
  if (isLooking) return <p className={`muted ${classes.standing}`}>{words.looking}</p>;
  if (found?.isStale)
    return <Stale approval={approval} changed={found.changed} endCause={found.endCause ?? "changed"} />;
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
