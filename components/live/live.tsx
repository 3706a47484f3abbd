"use client";

import { UnstyledButton } from "@mantine/core";
import { useIdle } from "@mantine/hooks";
import { useRouter } from "next/navigation";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useTransition,
} from "react";
import { type News, newsOf, type Pulse } from "#lib/live/model.ts";
import { Hint } from "../on-demand/hint.tsx";
import { followEvents } from "./follow-events.ts";
import classes from "./live.module.css";
import { type LastDrawing, waitBeforeDrawing } from "./pace.ts";

type LiveState = "live" | "holding" | "connecting" | "lost" | "paused" | "resting";
type Live = { state: LiveState; toggle: () => void };

const LiveContext = createContext<Live>({ state: "paused", toggle: () => {} });
/** Takes a hold and gives its release. */
const HoldContext = createContext<() => () => void>(() => () => {});

const DrawContext = createContext<() => void>(() => {});

export type PulseListener = (pulse: Pulse) => void;
const PulseContext = createContext<(listener: PulseListener) => () => void>(() => () => {});

/** While something holds, it is looked again so often whether it still does. */
const HELD_LOOK_MS = 250;
/** Without a key, a pointer or a touch for so long, pages are drawn no more: a screen that nobody looks at must not keep its session alive. */
const REST_AFTER_MS = 10 * 60 * 1000;

/**
 * Draws the current page again when there is news: one drawing at a time, only while the page is seen and nothing holds it, and
 * as often as `waitBeforeDrawing` says.
 */
function useDrawing(isHeld: () => boolean) {
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
      news.current = null;
      last.current = { startedAtMs: Date.now(), tookMs: 0, isUnderWay: true };
      startDrawing(() => router.refresh());
    }
    if (news.current === null || last.current.isUnderWay) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(draw, waitBeforeDrawing(last.current, news.current, Date.now()));
  }, [router, isHeld]);

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

/**
 * Follows `/api/v1/live` (server-sent events) and draws the current page again when something changed, only while the page is
 * seen and nothing holds it: an open dialog does, and whoever calls `useHold`. `lost` means that what is on the screen may be
 * old: it stays until the connection is back, since a page that is asked for meanwhile would be an error in its place.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [isPaused, setIsPaused] = useState(false);
  const isResting = useIdle(REST_AFTER_MS, { initialState: false });
  const [connection, setConnection] = useState<"connecting" | "live" | "lost">("connecting");
  const isLost = useRef(false);
  const holds = useRef(0);
  const [isHolding, setIsHolding] = useState(false);
  const isHeld = useCallback(
    () => isLost.current || holds.current > 0 || document.querySelector('[aria-modal="true"]') !== null,
    [],
  );
  const { tell, forget } = useDrawing(isHeld);

  const listeners = useRef(new Set<PulseListener>());
  const follow = useCallback((listener: PulseListener) => {
    listeners.current.add(listener);
    return () => listeners.current.delete(listener);
  }, []);

  const hold = useCallback(() => {
    holds.current += 1;
    setIsHolding(true);
    return () => {
      holds.current -= 1;
      setIsHolding(holds.current > 0);
    };
  }, []);

  useEffect(() => {
    if (isPaused || isResting) return;
    let known: Pulse | null = null;
    const stop = followEvents("/api/v1/live", {
      event: "change",
      onOpen: () => {
        isLost.current = false;
        setConnection("live");
      },
      onLost: () => {
        isLost.current = true;
        setConnection("lost");
      },
      onEvent: (text) => {
        const pulse = JSON.parse(text) as Pulse;
        const news = newsOf(known, pulse);
        known = pulse;
        if (news !== null) tell(news);
        for (const listener of listeners.current) listener(pulse);
      },
    });
    const look = () => (document.visibilityState === "visible" ? tell("urgent") : undefined);
    document.addEventListener("visibilitychange", look);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", look);
      forget();
      isLost.current = false;
      setConnection("connecting");
    };
  }, [isPaused, isResting, tell, forget]);

  const draw = useCallback(() => {
    if (!isPaused && !isResting) tell("urgent");
  }, [isPaused, isResting, tell]);
  const live = useMemo<Live>(
    () => ({
      state: isPaused
        ? "paused"
        : isResting
          ? "resting"
          : isHolding && connection === "live"
            ? "holding"
            : connection,
      toggle: () => setIsPaused((was) => !was),
    }),
    [isPaused, isResting, isHolding, connection],
  );
  return (
    <PulseContext value={follow}>
      <HoldContext value={hold}>
        <DrawContext value={draw}>
          <LiveContext value={live}>{children}</LiveContext>
        </DrawContext>
      </HoldContext>
    </PulseContext>
  );
}

/** Whether nobody was here for a while: then nothing is asked for that keeps a session alive. */
export function useIsResting(): boolean {
  return useContext(LiveContext).state === "resting";
}

/** Calls `listener`, which must be stable, with every pulse: for what is not drawn with the page. */
export function usePulse(listener: PulseListener): void {
  const follow = useContext(PulseContext);
  useEffect(() => {
    const stop = follow(listener);
    return () => void stop();
  }, [follow, listener]);
}

/** Draws the page again after so long, and so on: for what changes by the hour alone. Null: never. */
export function useDrawEvery(ms: number | null): void {
  const draw = useContext(DrawContext);
  useEffect(() => {
    if (ms === null) return;
    const timer = setInterval(draw, ms);
    return () => clearInterval(timer);
  }, [draw, ms]);
}

/** While `isHeld`, what happens is not drawn: it waits, and is drawn when the last hold is gone. */
export function useHold(isHeld: boolean): void {
  const hold = useContext(HoldContext);
  useEffect(() => (isHeld ? hold() : undefined), [isHeld, hold]);
}

const WORDS: Record<LiveState, { word: string; means: string }> = {
  live: { word: "live", means: "What you see follows what happens. Press to pause." },
  holding: {
    word: "holding",
    means:
      "What you see stays still while you point at rows, have one chosen or change something; what is new comes when you are done.",
  },
  connecting: { word: "connecting", means: "Waiting for the live connection." },
  lost: {
    word: "not live",
    means: "The live connection is lost; what you see may be old. It is being tried again.",
  },
  resting: {
    word: "resting",
    means: "Nobody was here for ten minutes. Move or press a key to follow again.",
  },
  paused: { word: "paused", means: "What you see stays as it is. Press to follow again." },
};

/** Says whether the page follows what happens, and pauses it. */
export function LiveDot({ isShort = false }: { isShort?: boolean }) {
  const { state, toggle } = useContext(LiveContext);
  const { word, means } = WORDS[state];
  return (
    <Hint label={means}>
      <UnstyledButton
        className={classes.live}
        data-state={state}
        aria-label={`${word}. ${state === "paused" ? "Follow again" : "Pause"}`}
        onClick={toggle}
      >
        <span className={classes.dot} aria-hidden />
        {isShort ? null : <span>{word}</span>}
      </UnstyledButton>
    </Hint>
  );
}
