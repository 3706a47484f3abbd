"use client";

import { notifications } from "@mantine/notifications";
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
import type { Pulse } from "#lib/live/model.ts";
import { isUnderWay, type WorkItem } from "#lib/work/model.ts";
import { useIsResting, usePulse } from "../live/live.tsx";
import { requestJson } from "../request/request-json.ts";
import { endedSinceSeen } from "./seen-work.ts";
import { endWords } from "./work-words.ts";

type Work = {
  items: WorkItem[];
  /** Whether what is shown may be old: the last look failed. */
  isOld: boolean;
  /** Looks again now. */
  look: () => void;
  mayExport: boolean;
};

const WorkContext = createContext<Work>({ items: [], isOld: false, look: () => {}, mayExport: false });

/** Work that is followed is looked at so often; what is only expected, less often. */
const FOLLOW_MS = 1_000;
const EXPECT_MS = 3_000;

function tellEnd(item: WorkItem): void {
  const isWhole = item.state === "done";
  notifications.show({
    title: item.title,
    message: endWords(item),
    color: isWhole ? "green" : item.state === "cancelled" ? "gray" : "red",
    autoClose: isWhole || item.state === "cancelled" ? 8_000 : false,
  });
}

/** What of the pulse moves when work begins or ends. */
function workPart({ feedPosition, unsettledOrders, newestEntry }: Pulse): string {
  return `${feedPosition} ${unsettledOrders} ${newestEntry}`;
}

/**
 * Follows long work on every page: at once when the pulse says that some began or ended, each second while some is under way. The end of what was
 * seen under way is told once, also where it came while no page was open.
 */
export function WorkProvider({ mayExport, children }: { mayExport: boolean; children: ReactNode }) {
  const [items, setItems] = useState<WorkItem[]>([]);
  const [isOld, setIsOld] = useState(false);
  const [isExpected, setIsExpected] = useState(false);
  const [asked, setAsked] = useState(0);
  const known = useRef<string | null>(null);

  const look = useCallback(() => setAsked((was) => was + 1), []);
  usePulse(
    useCallback(
      (pulse: Pulse) => {
        setIsExpected(pulse.unsettledOrders > 0);
        const part = workPart(pulse);
        if (known.current !== null && known.current !== part) look();
        known.current = part;
      },
      [look],
    ),
  );

  const isResting = useIsResting();
  const isFollowed = items.some(isUnderWay);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is the wish to look now
  useEffect(() => {
    if (isResting) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function ask() {
      try {
        const found = await requestJson<{ items: WorkItem[] }>("/api/v1/work", { signal: stop.signal });
        for (const item of endedSinceSeen(found.items)) tellEnd(item);
        setItems(found.items);
        setIsOld(false);
      } catch {
        if (stop.signal.aborted) return;
        setIsOld(true);
      }
      if (isFollowed || isExpected) timer = setTimeout(askIfSeen, isFollowed ? FOLLOW_MS : EXPECT_MS);
    }
    function askIfSeen() {
      if (document.visibilityState === "visible") void ask();
      else timer = setTimeout(askIfSeen, FOLLOW_MS);
    }
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [asked, isFollowed, isExpected, isResting]);

  const work = useMemo(() => ({ items, isOld, look, mayExport }), [items, isOld, look, mayExport]);
  return <WorkContext value={work}>{children}</WorkContext>;
}

export function useWork(): Work {
  return useContext(WorkContext);
}
