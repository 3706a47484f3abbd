"use client";

import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { CopyButton } from "../display/copy-button.tsx";
import { RequestProblem } from "../request/request-json.ts";

/** What a request was refused with: why, which parameters, that nothing was changed, and the request's id. */
export function ProblemAlert({ error, title = "It was not done" }: { error: unknown; title?: string }) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof RequestProblem ? error : null;
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle size={18} />} role="alert">
      <p>{error instanceof Error ? error.message : "Something went wrong."}</p>
      {problem && problem.errors.length > 0 ? (
        <ul>
          {problem.errors.map((field) => (
            <li key={`${field.path} ${field.message}`}>
              <span className="mono">{field.path}</span> {field.message}
            </li>
          ))}
        </ul>
      ) : null}
      <p>
        Nothing was changed.
        {problem?.requestId ? (
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
