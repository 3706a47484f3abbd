"use client";

import { Tooltip, UnstyledButton } from "@mantine/core";
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
} from "react";
import classes from "./live.module.css";

type LiveState = "live" | "holding" | "connecting" | "lost" | "paused" | "resting";
type Live = { state: LiveState; toggle: () => void };

const LiveContext = createContext<Live>({ state: "paused", toggle: () => {} });
/** Takes a hold and gives its release. */
const HoldContext = createContext<() => () => void>(() => () => {});

/** Pages are drawn again at most this often. */
const REFRESH_EVERY_MS = 1000;
/** While something holds, it is looked again so often whether it still does. */
const HELD_LOOK_MS = 250;
/** Without a key, a pointer or a touch for so long, pages are drawn no more: a screen that nobody looks at must not keep its session alive. */
const REST_AFTER_MS = 10 * 60 * 1000;

/**
 * Follows `/api/v1/live` (server-sent events) and draws the current page again when something changed, at most once a second and
 * only while the page is seen and nothing holds it: an open dialog does, and whoever calls `useHold`. `lost` means that what is
 * on the screen may be old.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [isPaused, setIsPaused] = useState(false);
  const isResting = useIdle(REST_AFTER_MS, { initialState: false });
  const [connection, setConnection] = useState<"connecting" | "live" | "lost">("connecting");
  const lastRefresh = useRef(0);
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const holds = useRef(0);
  const [isHolding, setIsHolding] = useState(false);

  const hold = useCallback(() => {
    holds.current += 1;
    setIsHolding(true);
    return () => {
      holds.current -= 1;
      setIsHolding(holds.current > 0);
    };
  }, []);

  const refresh = useCallback(() => {
    if (pending.current !== undefined || document.visibilityState !== "visible") return;
    const wait = Math.max(0, lastRefresh.current + REFRESH_EVERY_MS - Date.now());
    pending.current = setTimeout(function draw() {
      if (holds.current > 0 || document.querySelector('[aria-modal="true"]') !== null) {
        pending.current = setTimeout(draw, HELD_LOOK_MS);
        return;
      }
      pending.current = undefined;
      lastRefresh.current = Date.now();
      router.refresh();
    }, wait);
  }, [router]);

  useEffect(() => {
    if (isPaused || isResting) return;
    const source = new EventSource("/api/v1/live");
    source.onopen = () => setConnection("live");
    source.onerror = () => setConnection("lost");
    source.onmessage = refresh;
    source.addEventListener("change", refresh);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      source.close();
      document.removeEventListener("visibilitychange", refresh);
      clearTimeout(pending.current);
      pending.current = undefined;
      setConnection("connecting");
    };
  }, [isPaused, isResting, refresh]);

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
    <HoldContext value={hold}>
      <LiveContext value={live}>{children}</LiveContext>
    </HoldContext>
  );
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
    means: "Rows stay still while you point at them or have one chosen; new ones come when you leave.",
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
    <Tooltip label={means}>
      <UnstyledButton
        className={classes.live}
        data-state={state}
        aria-label={`${word}. ${state === "paused" ? "Follow again" : "Pause"}`}
        onClick={toggle}
      >
        <span className={classes.dot} aria-hidden />
        {isShort ? null : <span>{word}</span>}
      </UnstyledButton>
    </Tooltip>
  );
}
