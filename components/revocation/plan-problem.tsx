"use client";

import { Alert, Button } from "@mantine/core";
import { IconRefreshAlert } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { RequestProblem } from "../request/request-json.ts";
import classes from "./revoke-dialog.module.css";

const KINDS = [
  ["users", "Users"],
  ["clients", "Clients"],
  ["verifiers", "Verifiers"],
] as const;

/** Refusals that a new plan mends. */
const MENDED = new Set(["PLAN_CHANGED", "GONE"]);

/** Why an order was not placed; where its plan holds no more, who came since and the way to the new plan. */
export function PlanProblem({
  error,
  title,
  onReplan,
}: {
  error: unknown;
  title: string;
  onReplan: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  // it stands below a long plan
  useEffect(() => {
    if (error) box.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  if (!(error instanceof RequestProblem) || !MENDED.has(error.code))
    return <ProblemAlert error={error} title={title} fields={["note", "confirm"]} />;
  const isChanged = error.code === "PLAN_CHANGED";
  return (
    <Alert
      ref={box}
      color="yellow"
      role="alert"
      icon={<IconRefreshAlert size={18} />}
      title={
        isChanged
          ? "The plan no longer holds: nothing was changed"
          : "The plan has expired: nothing was changed"
      }
    >
      <p>{error.message}</p>
      {isChanged ? (
        <dl className={classes.came}>
          {KINDS.map(([path, words]) => {
            const names = error.errors.filter((one) => one.path === path).map((one) => one.message);
            return names.length === 0 ? null : (
              <div key={path}>
                <dt>{words} that came since</dt>
                <dd>{names.join(", ")}</dd>
              </div>
            );
          })}
        </dl>
      ) : null}
      <Button size="xs" onClick={onReplan} mt={8}>
        Show the new plan
      </Button>
    </Alert>
  );
}
