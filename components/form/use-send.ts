"use client";

import { useCallback, useState } from "react";
import { RequestProblem, requestJson } from "../request/request-json.ts";

export type Send = {
  isBusy: boolean;
  /** What the whole request failed of, or null. */
  problem: RequestProblem | null;
  /** What is wrong with one field, by its path or the beginning of it. */
  faultOf: (path: string) => string | undefined;
  clear: () => void;
  /** The answer, or undefined where it failed: `problem` says why. */
  send: <Answer>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
  ) => Promise<Answer | undefined>;
};

/** A request that a form or a button makes, with its busy state and its refusal. */
export function useSend(): Send {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem | null>(null);

  const send = useCallback(
    async <Answer>(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: unknown) => {
      setIsBusy(true);
      setProblem(null);
      try {
        return await requestJson<Answer>(url, body === undefined ? { method } : { method, body });
      } catch (error) {
        if (!(error instanceof RequestProblem)) throw error;
        setProblem(error);
        return undefined;
      } finally {
        setIsBusy(false);
      }
    },
    [],
  );

  const faultOf = useCallback((path: string) => faultAt(problem, path), [problem]);
  const clear = useCallback(() => setProblem(null), []);
  return { isBusy, problem, faultOf, clear, send };
}

/** What is wrong at a path or below it, as a sentence for the field: `iss is a claim …`, `Line 2: is no address`. */
function faultAt(problem: RequestProblem | null, path: string): string | undefined {
  const fault = problem?.errors.find((field) => field.path === path || field.path.startsWith(`${path}.`));
  if (fault === undefined) return undefined;
  const [first = "", ...others] = fault.path.slice(path.length + 1).split(".");
  if (first === "") return fault.message.replace(/^./, (letter) => letter.toUpperCase());
  if (/^\d+$/.test(first)) return `Line ${Number(first) + 1}: ${[...others, fault.message].join(" ")}`;
  return [first, ...others, fault.message].join(" ");
}
