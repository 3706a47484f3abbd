import { useEffect, useLayoutEffect, useRef } from "react";

/** Layout effects have nothing to do on the server, and say so aloud. */
const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;

function isInModal(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[aria-modal="true"]') !== null;
}

/** The browser's own: reloading, leaving, its tools. */
function isOfBrowser(event: KeyboardEvent): boolean {
  if (event.getModifierState("AltGraph")) return false;
  return event.ctrlKey || event.metaKey || event.altKey || /^F\d+$/.test(event.key);
}

/**
 * For a dialog whose code is loaded when it opens: until the focus is in it, no key does anything to the page behind it, neither by a shortcut nor on what has the
 * focus there. Escape does what `onEscape` says, if anything: what is shown once is not closed by it.
 */
export function useHeldKeys(isOpen: boolean, onEscape: (() => void) | null): void {
  const ofEscape = useRef(onEscape);
  ofEscape.current = onEscape;
  // before the next key
  useBeforePaint(() => {
    if (!isOpen) return;
    function hold(event: KeyboardEvent) {
      if (isInModal(event.target) || isOfBrowser(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") ofEscape.current?.();
    }
    function see({ target }: FocusEvent) {
      if (isInModal(target)) release();
    }
    function release() {
      window.removeEventListener("keydown", hold, { capture: true });
      document.removeEventListener("focusin", see);
    }
    window.addEventListener("keydown", hold, { capture: true });
    document.addEventListener("focusin", see);
    return release;
  }, [isOpen]);
}
