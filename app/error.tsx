"use client";

import { ErrorState } from "#components/feedback/error-state.tsx";

/** Where even the frame could not be drawn. */
export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  return (
    <main>
      <ErrorState
        isPage
        title="The console could not be shown"
        reason="Its database may be away. It is tried again when you ask."
        digest={digest}
        retry={retry}
      />
    </main>
  );
}
