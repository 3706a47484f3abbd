"use client";

import { ErrorState } from "#components/feedback/error-state.tsx";
import { Page } from "#components/frame/page-header.tsx";
import { useOpenPageStays } from "#components/live/failed-drawing.ts";

/** A page that could not be shown; one that is open and could not be drawn again stays. What is known of the cause stands in the server's log under the digest. */
export default function ConsoleError({ error, retry }: { error: unknown; retry: () => void }) {
  useOpenPageStays();
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  return (
    <Page>
      <ErrorState
        isPage
        title="This page could not be shown"
        reason="The console did not get an answer from its database in time, or got one that it does not understand. Try again in a moment; the other pages may go on working."
        digest={digest}
        retry={retry}
      />
    </Page>
  );
}
