"use client";

import { ErrorState } from "#components/feedback/error-state.tsx";
import { BrandTop } from "#components/layout/brand-top.tsx";
import { useFailedPage } from "#components/live/failed-drawing.ts";

/** Where even the frame could not be drawn; a page that is open and could not be drawn again stays, for a minute at least. */
export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = useFailedPage(error);
  return (
    <>
      <BrandTop />
      <main>
        <ErrorState
          isPage
          title="The console could not be shown"
          reason="Its database did not answer, or something in the console broke. Try again in a moment; if it stays so, its log says why."
          digest={digest}
          retry={retry}
        />
      </main>
    </>
  );
}
