"use client";

import { ErrorState } from "#components/feedback/error-state.tsx";
import { Page } from "#components/frame/page-header.tsx";
import { useFailedPage } from "#components/live/failed-drawing.ts";

/** A page that could not be shown; one that is open and could not be drawn again stays, for a minute at least. What is known of the cause stands in the server's log under the digest. */
export default function ConsoleError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = useFailedPage(error);
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
