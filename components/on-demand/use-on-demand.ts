import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { OnDemand } from "./on-demand.ts";

/** Layout effects have nothing to do on the server, and say so aloud. */
const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;

/**
 * For what stands beside a control and opens from it: its code is asked for when it is to open. With it the control becomes another element of
 * the same look: a focus that was on the first is on the second, before anything is painted, so that it comes back when what opened is closed.
 *
 * @param onFail is called where it cannot be had: asking again asks for it again.
 * @returns the code once it has come, whether it may open now, and the ref that the control needs.
 */
export function useOnDemand<T>(code: OnDemand<T>, isAsked: boolean, onFail: () => void) {
  // nothing until it is asked for, though others have loaded it: a list has fifty controls, and what places each costs more than its row
  const [loaded, setLoaded] = useState<T | null>(null);
  const [isReady, setIsReady] = useState(false);
  const control = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  const fail = useRef(onFail);
  fail.current = onFail;

  useEffect(() => {
    if (!isAsked || loaded !== null) return;
    let isWanted = true;
    code.load().then(
      (come) => {
        if (!isWanted) return;
        hadFocus.current = control.current?.contains(document.activeElement) ?? false;
        setLoaded(() => come);
      },
      () => (isWanted ? fail.current() : undefined),
    );
    return () => {
      isWanted = false;
    };
  }, [code, isAsked, loaded]);

  useBeforePaint(() => {
    if (loaded !== null && hadFocus.current) control.current?.focus({ preventScroll: true });
    hadFocus.current = false;
  }, [loaded]);
  useEffect(() => setIsReady(loaded !== null), [loaded]);

  return { loaded, isReady, control };
}
