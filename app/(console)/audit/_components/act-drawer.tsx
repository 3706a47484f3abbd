"use client";

import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { AuditEntryDetail } from "#lib/audit/model.ts";
import { ActLoading } from "./act-loading.tsx";
import { ActRecord } from "./act-record.tsx";

/** One act beside the list, with what it changed. */
export function ActDrawer({ id }: { id: string }) {
  const [entry, setEntry] = useState<AuditEntryDetail | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is asked for again on purpose
  useEffect(() => {
    const stop = new AbortController();
    setEntry(null);
    setError(null);
    requestJson<AuditEntryDetail>(`/api/v1/audit-entries/${encodeURIComponent(id)}`, { signal: stop.signal })
      .then(setEntry)
      .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    return () => stop.abort();
  }, [id, attempt]);

  if (error !== null)
    return (
      <>
        <ProblemAlert error={error} title="The record could not be loaded" />
        <Button mt="sm" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </Button>
      </>
    );
  if (entry === null) return <ActLoading />;
  return <ActRecord entry={entry} />;
}
