"use client";

import { UnstyledButton } from "@mantine/core";
import { useIdle } from "@mantine/hooks";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { newsOf, type Pulse } from "#lib/live/model.ts";
import { Hint } from "../on-demand/hint.tsx";
import { afterRefusal, type Why } from "./after-failure.ts";
import { askConsole } from "./ask-console.ts";
import { followEvents } from "./follow-events.ts";
import classes from "./live.module.css";
import { useDrawing } from "./use-drawing.ts";

type LiveState = "live" | "holding" | "connecting" | "lost" | "paused" | "resting";
type Live = { state: LiveState; toggle: () => void };

const LiveContext = createContext<Live>({ state: "paused", toggle: () => {} });
/** Takes a hold and gives its release. */
const HoldContext = createContext<() => () => void>(() => () => {});
/** The same of what is only not to be left. */
const KeepContext = createContext<() => () => void>(() => () => {});

const DrawContext = createContext<() => void>(() => {});
const EndedContext = createContext(false);
/** Since when the page may be old, ISO 8601, and why. */
type Stale = { since: string; why: Why };
const StaleContext = createContext<Stale | null>(null);
const AgainContext = createContext<() => void>(() => {});

const staleSince = (sinceMs: number, why: Why): Stale => ({
  since: new Date(sinceMs).toISOString(),
  why,
});

export type PulseListener = (pulse: Pulse) => void;
const PulseContext = createContext<(listener: PulseListener) => () => void>(() => () => {});

/** Without a key, a pointer or a touch for so long, pages are drawn no more: a screen that nobody looks at must not keep its session alive. */
const REST_AFTER_MS = 10 * 60 * 1000;

/**
 * Follows `/api/v1/live` (server-sent events) and draws the current page again when something changed, only while the page is
 * seen and nothing holds it: an open dialog does, and whoever calls `useHold`. `lost` means that what is on the screen may be
 * old; so it may be where it could not be drawn again: it stays, is told since when it is not up to date, and catches up by itself. Once the session has ended the next drawing leads to the sign-in page: what is held or kept stays where it is, and is told so.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [isPaused, setIsPaused] = useState(false);
  const isResting = useIdle(REST_AFTER_MS, { initialState: false });
  const [connection, setConnection] = useState<"connecting" | "live" | "lost">("connecting");
  const [hasEnded, setHasEnded] = useState(false);
  const [stale, setStale] = useState<Stale | null>(null);
  const isLost = useRef(false);
  const isDoubtful = useCallback(() => isLost.current, []);
  const holds = useRef(0);
  const [isHolding, setIsHolding] = useState(false);
  const isHeld = useCallback(
    () => holds.current > 0 || document.querySelector('[aria-modal="true"]') !== null,
    [],
  );
  const keeps = useRef(0);
  const isKept = useCallback(() => keeps.current > 0, []);
  const keep = useCallback(() => {
    keeps.current += 1;
    return () => {
      keeps.current -= 1;
    };
  }, []);
  const onEnded = useCallback(() => setHasEnded(true), []);
  const markStale = useCallback(
    (why: Why | null) =>
      setStale((was) => {
        // a first drawing that fails is one of a console that does not answer, until it does
        if (was === null) return staleSince(Date.now(), why ?? { kind: "away" });
        return why === null ? was : { ...was, why };
      }),
    [],
  );
  const onDrawn = useCallback(
    // it is up to date as of now, and not followed further
    () => setStale(isLost.current ? staleSince(Date.now(), { kind: "unheard" }) : null),
    [],
  );
  const openAtOnce = useRef(() => {});
  const { tell, tryAgain, forget } = useDrawing({
    isHeld,
    isKept,
    isDoubtful,
    onEnded,
    onFailed: markStale,
    onDrawn,
  });

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
    const following = followEvents("/api/v1/live", {
      event: "change",
      onOpen: () => {
        isLost.current = false;
        setConnection("live");
        setHasEnded(false);
        // what happened meanwhile comes with the first event
        if (!tryAgain()) setStale(null);
      },
      onLost: (sinceMs) => {
        isLost.current = true;
        setConnection("lost");
        setStale((was) => was ?? staleSince(sinceMs, { kind: "unheard" }));
      },
      onRetry: async (againAtMs) => {
        const answer = await askConsole();
        // something was heard meanwhile
        if (!isLost.current) return null;
        const nowMs = Date.now();
        const isOver = answer.kind === "over";
        setHasEnded(isOver);
        if (isOver) tell("urgent");
        else setStale((was) => was && { ...was, why: afterRefusal(was.why, answer, againAtMs, nowMs) });
        return answer.kind === "limited" ? nowMs + (answer.retryAfterMs ?? 0) : null;
      },
      onEvent: (text) => {
        const pulse = JSON.parse(text) as Pulse;
        const news = newsOf(known, pulse);
        known = pulse;
        if (news !== null) tell(news);
        for (const listener of listeners.current) listener(pulse);
      },
    });
    openAtOnce.current = following.openAtOnce;
    const look = () => (document.visibilityState === "visible" ? tell("urgent") : undefined);
    document.addEventListener("visibilitychange", look);
    return () => {
      following.stop();
      openAtOnce.current = () => {};
      document.removeEventListener("visibilitychange", look);
      forget();
      isLost.current = false;
      setConnection("connecting");
      setStale(null);
    };
  }, [isPaused, isResting, tell, tryAgain, forget]);

  const draw = useCallback(() => {
    if (!isPaused && !isResting) tell("urgent");
  }, [isPaused, isResting, tell]);
  const again = useCallback(() => {
    openAtOnce.current();
    if (!tryAgain()) draw();
  }, [tryAgain, draw]);
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
        <KeepContext value={keep}>
          <DrawContext value={draw}>
            <EndedContext value={hasEnded}>
              <StaleContext value={hasEnded || isPaused || isResting ? null : stale}>
                <AgainContext value={again}>
                  <LiveContext value={live}>{children}</LiveContext>
                </AgainContext>
              </StaleContext>
            </EndedContext>
          </DrawContext>
        </KeepContext>
      </HoldContext>
    </PulseContext>
  );
}

/** Whether nobody was here for a while: then nothing is asked for that keeps a session alive. */
export function useIsResting(): boolean {
  return useContext(LiveContext).state === "resting";
}

/** Whether the session of this page has ended: it is shown because something holds it. */
export function useHasSessionEnded(): boolean {
  return useContext(EndedContext);
}

/** Since when this page may not be up to date, because it cannot be drawn again or nothing is heard, and why; null while it follows. */
export function useStale(): Stale | null {
  return useContext(StaleContext);
}

/** Tries at once what is tried again by itself later: to draw the page, and to follow what happens. */
export function useTryAgain(): () => void {
  return useContext(AgainContext);
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

/** While `isBegun`, what happens is drawn as ever, and a session that ended leads nobody away: what was begun stays, and the page says so. */
export function useKeep(isBegun: boolean): void {
  const keep = useContext(KeepContext);
  useEffect(() => (isBegun ? keep() : undefined), [isBegun, keep]);
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
