"use client";

import { Button } from "@mantine/core";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { AuditEntryDetail } from "#lib/audit/model.ts";

/** With the words of all that acts change, which the list has no need of. */
const loadRecord = () => import("./act-record.tsx").then((module) => module.ActRecord);
const ActRecord = dynamic(loadRecord, { ssr: false, loading: () => <RecordLoading /> });

function RecordLoading() {
  return (
    <>
      <LoadingNote what="the record" />
      {[70, 40, 55, 62, 48, 66].map((width) => (
        <p key={width} style={{ padding: "6px 0" }}>
          <Bar width={`${width}%`} />
        </p>
      ))}
    </>
  );
}

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
    // on its way beside what it shows; where it does not come, drawing it says so
    loadRecord().catch(() => {});
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
  if (entry === null) return <RecordLoading />;
  return <ActRecord entry={entry} />;
}
