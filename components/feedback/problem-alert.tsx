"use client";

import { Alert, Anchor } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { CopyButton } from "../display/copy-button.tsx";
import { faultWords, isAt, isRepeated } from "../form/fault-words.ts";
import { RequestProblem } from "../request/request-json.ts";
import { outcomeWords } from "./outcome-words.ts";

type ProblemAlertProps = {
  error: unknown;
  title?: string;
  /** What was done all the same, where something was. */
  outcome?: string | undefined;
  /** Fields that say themselves what is wrong with them. */
  fields?: readonly string[];
};

/** What a request was refused with: why, what no field says, that nothing was changed or what was, and the request's id. */
export function ProblemAlert({ error, title = "It was not done", outcome, fields = [] }: ProblemAlertProps) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof RequestProblem ? error : null;
  if (problem?.isCancelled) return null;
  // who changed what meanwhile is said in the sentence; that a field was is no fault of what was typed
  const errors = problem === null || problem.code === "STALE_VERSION" ? [] : problem.errors;
  const others = errors.filter(({ path }) => !fields.some((field) => isAt(path, field)));
  const marked = errors.length - others.length;
  const isSaid =
    marked === 0 && error instanceof Error && (problem === null || !isRepeated(problem.message, others));
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle size={18} />} role="alert">
      {marked > 0 ? (
        <p>{marked === 1 ? "One field needs another look." : `${marked} fields need another look.`}</p>
      ) : isSaid ? (
        <p>{error.message}</p>
      ) : error instanceof Error ? null : (
        <p>Something went wrong.</p>
      )}
      {problem?.code === "NOT_SIGNED_IN" ? (
        <p>
          <Anchor href="/sign-in" target="_blank" rel="noopener" inherit>
            Sign in in another tab
          </Anchor>
          , come back and do it again: what stands here stays.
        </p>
      ) : null}
      {problem?.code === "OTHER_PERSON" ? (
        <p>
          <Anchor component="button" type="button" inherit onClick={() => window.location.reload()}>
            Load the page again
          </Anchor>{" "}
          to go on as them. What you typed is lost then.
        </p>
      ) : null}
      {others.length > 0 ? (
        <ul>
          {others.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <span className="mono">{path}</span>: {faultWords(message)}
            </li>
          ))}
        </ul>
      ) : null}
      <p>
        {outcomeWords(isSaid ? error.message : "", outcome)}
        {problem?.requestId && marked === 0 ? (
          <>
            {" "}
            Request <code className="mono">{problem.requestId}</code>{" "}
            <CopyButton value={problem.requestId} what="request id" />
          </>
        ) : null}
      </p>
    </Alert>
  );
}
