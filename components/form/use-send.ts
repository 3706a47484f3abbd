"use client";

import { useCallback, useState } from "react";
import { RequestFault, sendJson } from "./send-json.ts";

export type Send = {
  isBusy: boolean;
  /** What the whole request failed of, or null. */
  fault: RequestFault | null;
  /** What is wrong with one field, by its path or the beginning of it. */
  faultOf: (path: string) => string | undefined;
  clear: () => void;
  /** The answer, or undefined where it failed: `fault` says why. */
  send: <Answer>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
  ) => Promise<Answer | undefined>;
};

/** A request that a form or a button makes, with its busy state and its refusal. */
export function useSend(): Send {
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<RequestFault | null>(null);

  const send = useCallback<Send["send"]>(async (method, url, body) => {
    setIsBusy(true);
    setFault(null);
    try {
      return await sendJson(method, url, body ?? {});
    } catch (error) {
      setFault(error instanceof RequestFault ? error : new RequestFault(0, "UNKNOWN", String(error)));
      return undefined;
    } finally {
      setIsBusy(false);
    }
  }, []);

  const faultOf = useCallback(
    (path: string) =>
      fault?.fields.find((field) => field.path === path || field.path.startsWith(`${path}.`))?.message,
    [fault],
  );
  const clear = useCallback(() => setFault(null), []);
  return { isBusy, fault, faultOf, clear, send };
}
