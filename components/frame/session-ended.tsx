"use client";

import { useHasSessionEnded } from "../live/live.tsx";
import { Banner } from "./banner.tsx";

/** Stands above a page whose session ended while something was begun in it. */
export function SessionEnded() {
  const hasEnded = useHasSessionEnded();
  return (
    <div role="status">
      {hasEnded ? (
        <Banner label="Your session has ended">
          <strong>Your session has ended</strong>: nothing that you do here is done. What you began stays in
          this page as long as it is open.{" "}
          <a href="/sign-in" target="_blank" rel="noopener">
            Sign in in another tab
          </a>{" "}
          and come back to go on, or leave the page if others can see this screen.
        </Banner>
      ) : null}
    </div>
  );
}
