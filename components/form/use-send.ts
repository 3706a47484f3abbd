"use client";

import { useCallback, useState } from "react";
import { RequestProblem, requestJson } from "../request/request-json.ts";
import { faultAt, isAt } from "./fault-words.ts";

export type Send = {
  isBusy: boolean;
  /** What the whole request failed of, or null. */
  problem: RequestProblem | null;
  /** How often it was refused so far. */
  refusals: number;
  /** The fields that show what is wrong with them. */
  fields: readonly string[];
  /** What is wrong with one field, by its path or the beginning of it. */
  faultOf: (path: string) => string | undefined;
  /** Fields were changed: what was wrong with them is said no more. */
  touch: (...fields: string[]) => void;
  /** Refuses what is not worth asking for: the same as a refusal that came back. */
  refuse: (path: string, message: string) => void;
  clear: () => void;
  /** Does what asks first, with the same busy state and refusal; undefined where it failed. */
  run: <Answer>(work: () => Promise<Answer>) => Promise<Answer | undefined>;
  /** The answer, or undefined where it failed: `problem` says why. */
  send: <Answer>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
  ) => Promise<Answer | undefined>;
};

const NO_FIELDS: readonly string[] = [];

/**
 * A request that a form or a button makes, with its busy state and its refusal.
 *
 * @param fields a constant: paths of the fields that show their own faults.
 */
export function useSend(fields: readonly string[] = NO_FIELDS): Send {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem | null>(null);
  const [refusals, setRefusals] = useState(0);

  const run = useCallback(async <Answer>(work: () => Promise<Answer>) => {
    setIsBusy(true);
    setProblem(null);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      if (error.isCancelled) return undefined;
      setProblem(error);
      setRefusals((was) => was + 1);
      return undefined;
    } finally {
      setIsBusy(false);
    }
  }, []);
  const send = useCallback(
    <Answer>(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: unknown) =>
      run(() => requestJson<Answer>(url, body === undefined ? { method } : { method, body })),
    [run],
  );

  const faultOf = useCallback((path: string) => faultAt(problem?.errors ?? [], path), [problem]);
  const touch = useCallback(
    (...changed: string[]) => setProblem((was) => (was === null ? null : withoutFaultsAt(was, changed))),
    [],
  );
  const refuse = useCallback((path: string, message: string) => {
    setProblem(new RequestProblem(400, { errors: [{ path, message }] }));
    setRefusals((was) => was + 1);
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  return { isBusy, problem, refusals, fields, faultOf, touch, refuse, clear, run, send };
}

/** The same problem where none of it is at those fields, and null where all of it was. */
function withoutFaultsAt(problem: RequestProblem, fields: readonly string[]): RequestProblem | null {
  const errors = problem.errors.filter(({ path }) => !fields.some((field) => isAt(path, field)));
  if (errors.length === problem.errors.length) return problem;
  if (errors.length === 0) return null;
  return new RequestProblem(problem.status, { ...problem, detail: problem.message, errors });
}
