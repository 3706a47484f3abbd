"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useTransition } from "react";
import type { News } from "#lib/live/model.ts";
import { isSessionOver } from "./is-session-over.ts";
import { type LastDrawing, waitBeforeDrawing } from "./pace.ts";

/** While something holds, it is looked again so often whether it still does. */
const HELD_LOOK_MS = 250;

/**
 * Draws the current page again when there is news: one drawing at a time, only while the page is seen and nothing holds it, and
 * as often as `waitBeforeDrawing` says. Where something was begun in it, it is asked first whether there is still a session:
 * a drawing without one leaves the page.
 */
export function useDrawing({
  isHeld,
  isKept,
  onEnded,
}: {
  isHeld: () => boolean;
  isKept: () => boolean;
  onEnded: () => void;
}) {
  const router = useRouter();
  const [isDrawing, startDrawing] = useTransition();
  const last = useRef<LastDrawing & { isUnderWay: boolean }>({
    startedAtMs: 0,
    tookMs: 0,
    isUnderWay: false,
  });
  const news = useRef<News | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const schedule = useCallback(() => {
    function draw() {
      if (last.current.isUnderWay || document.visibilityState !== "visible") return;
      if (isHeld()) {
        timer.current = setTimeout(draw, HELD_LOOK_MS);
        return;
      }
      if (!isKept()) return begin();
      void isSessionOver().then((isOver) => {
        if (isOver) onEnded();
        else if (isHeld()) schedule();
        else begin();
      });
    }
    function begin() {
      if (last.current.isUnderWay || news.current === null) return;
      news.current = null;
      last.current = { startedAtMs: Date.now(), tookMs: 0, isUnderWay: true };
      startDrawing(() => router.refresh());
    }
    if (news.current === null || last.current.isUnderWay) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(draw, waitBeforeDrawing(last.current, news.current, Date.now()));
  }, [router, isHeld, isKept, onEnded]);

  useEffect(() => {
    // the page came with what there was: it counts as drawn when it is taken over
    last.current.startedAtMs = Date.now();
  }, []);
  useEffect(() => {
    if (isDrawing || !last.current.isUnderWay) return;
    const { startedAtMs } = last.current;
    last.current = { startedAtMs, tookMs: Date.now() - startedAtMs, isUnderWay: false };
    schedule();
  }, [isDrawing, schedule]);

  const tell = useCallback(
    (more: News) => {
      if (news.current !== "urgent") news.current = more;
      schedule();
    },
    [schedule],
  );
  const forget = useCallback(() => {
    clearTimeout(timer.current);
    news.current = null;
  }, []);
  return { tell, forget };
}
