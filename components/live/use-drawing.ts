"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useTransition } from "react";
import type { News } from "#lib/live/model.ts";
import { afterFailure, type Failures, NO_FAILURES, staysOpen, type Why } from "./after-failure.ts";
import { type Answer, askConsole } from "./ask-console.ts";
import { beginDrawing, endDrawing } from "./failed-drawing.ts";
import { type LastDrawing, waitBeforeDrawing } from "./pace.ts";

/** While something holds, it is looked again so often whether it still does. */
const HELD_LOOK_MS = 250;

type Drawing = {
  isHeld: () => boolean;
  isKept: () => boolean;
  /** Whether it is not known that the console answers. */
  isDoubtful: () => boolean;
  /** The session is over, and the page is kept. */
  onEnded: () => void;
  /** The open page stays as it is: it could not be drawn again, and is tried again. It is called at once, and again when it is known why. */
  onFailed: (why: Why | null) => void;
  onDrawn: () => void;
};

/**
 * Draws the current page again when there is news: one drawing at a time, only while the page is seen and nothing holds it, and
 * as often as `waitBeforeDrawing` says. One that fails leaves the page as it is, and is tried again, ever less often,
 * until the page has failed by itself for a minute and nothing is begun in it: then what failed takes its place. Where something was
 * begun in the page, it is asked first whether there is still a session: a drawing without one leaves the page.
 */
export function useDrawing({ isHeld, isKept, isDoubtful, onEnded, onFailed, onDrawn }: Drawing) {
  const router = useRouter();
  const [isDrawing, startDrawing] = useTransition();
  const last = useRef<LastDrawing & { isUnderWay: boolean }>({
    startedAtMs: 0,
    tookMs: 0,
    isUnderWay: false,
  });
  const failures = useRef<Failures>(NO_FAILURES);
  const news = useRef<News | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const schedule = useCallback(() => {
    function draw() {
      if (last.current.isUnderWay || document.visibilityState !== "visible") return;
      if (isHeld()) {
        timer.current = setTimeout(draw, HELD_LOOK_MS);
        return;
      }
      if (!isKept() && !isDoubtful()) return begin();
      void askConsole().then((answer) => {
        if (last.current.isUnderWay) return;
        if (answer.kind === "away" || answer.kind === "limited") fail(answer);
        else if (answer.kind === "over" && isKept()) onEnded();
        else if (isHeld()) schedule();
        else begin();
      });
    }
    function begin() {
      if (last.current.isUnderWay || news.current === null) return;
      news.current = null;
      last.current = { startedAtMs: Date.now(), tookMs: 0, isUnderWay: true };
      const drawing = last.current;
      if (isKept() || staysOpen(failures.current, Date.now()))
        beginDrawing(window.location.pathname, async (digest) => {
          onFailed(null);
          const before = failures.current;
          const answer = await askConsole();
          // the page was left meanwhile
          if (last.current !== drawing) return;
          if (failures.current === before) return fail(answer, digest);
          // forgotten meanwhile, or to be tried at once
          last.current = { ...last.current, isUnderWay: false };
          schedule();
        });
      else endDrawing();
      startDrawing(() => router.refresh());
    }
    function fail(answer: Answer, digest?: string) {
      const { failures: more, why } = afterFailure(failures.current, { answer, digest }, Date.now());
      failures.current = more;
      last.current = { ...last.current, isUnderWay: false };
      news.current = "urgent";
      onFailed(why);
      schedule();
    }
    if (news.current === null || last.current.isUnderWay) return;
    clearTimeout(timer.current);
    const pace = waitBeforeDrawing(last.current, news.current, Date.now());
    timer.current = setTimeout(draw, Math.max(pace, failures.current.notBeforeMs - Date.now()));
  }, [router, isHeld, isKept, isDoubtful, onEnded, onFailed]);

  useEffect(() => {
    // the page came with what there was: it counts as drawn when it is taken over
    last.current.startedAtMs = Date.now();
    return endDrawing;
  }, []);
  useEffect(() => {
    if (isDrawing || !last.current.isUnderWay) return;
    const { startedAtMs } = last.current;
    last.current = { startedAtMs, tookMs: Date.now() - startedAtMs, isUnderWay: false };
    failures.current = NO_FAILURES;
    endDrawing();
    onDrawn();
    schedule();
  }, [isDrawing, schedule, onDrawn]);

  const tell = useCallback(
    (more: News) => {
      if (news.current !== "urgent") news.current = more;
      schedule();
    },
    [schedule],
  );
  /** The console answers again: what failed need not wait its turn. False where nothing has. */
  const tryAgain = useCallback(() => {
    if (failures.current.count === 0) return false;
    failures.current = { ...failures.current, notBeforeMs: 0 };
    tell("urgent");
    return true;
  }, [tell]);
  const forget = useCallback(() => {
    clearTimeout(timer.current);
    news.current = null;
    failures.current = { ...NO_FAILURES };
  }, []);
  return { tell, tryAgain, forget };
}
