"use client";

import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { OpenApprovals } from "#lib/approvals/model.ts";
import type { Pulse } from "#lib/live/model.ts";
import { usePulse } from "../live/live.tsx";
import { requestJson } from "../request/request-json.ts";

/** What waits for this person, as it is: asked for again when the pulse says that an approval has moved, also while the page itself stays still. */
export function WithOpenApprovals({
  initial,
  children,
}: {
  initial: OpenApprovals;
  children: (approvals: OpenApprovals) => ReactNode;
}) {
  const [approvals, setApprovals] = useState(initial);
  const known = useRef<string | null>(null);
  useEffect(() => setApprovals(initial), [initial]);
  usePulse(
    useCallback((pulse: Pulse) => {
      const before = known.current;
      known.current = pulse.approvals;
      if (before === null || before === pulse.approvals) return;
      // what cannot be had now is had with the next news, or with the page
      requestJson<OpenApprovals>("/api/v1/me/approvals").then(setApprovals, () => {});
    }, []),
  );
  return children(approvals);
}
