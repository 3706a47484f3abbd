import { useHotkeys, useWindowEvent } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { expectDialog } from "../on-demand/dialog.tsx";
import { whenIdle } from "../on-demand/when-idle.ts";

export const loadPalette = () => import("./command-palette.tsx").then((module) => module.CommandPalette);

/** Asks for it before it is needed. */
export function expectPalette(): void {
  loadPalette().catch(() => {});
}

/**
 * Whether the palette is open, by ⌘K or Ctrl K on every page. From that key on it is `coming`, and a field stands in for its own and takes the keys, until the palette has
 * come and has taken over what was typed. What had the focus has it again afterwards.
 */
export function usePalette() {
  const [state, setState] = useState<"closed" | "coming" | "open">("closed");
  const [wasOpened, setWasOpened] = useState(false);
  const typed = useRef<HTMLInputElement>(null);
  const cameFrom = useRef<Element | null>(null);

  function open() {
    if (state !== "closed") return;
    cameFrom.current = document.activeElement;
    setWasOpened(true);
    setState("coming");
  }
  function close() {
    setState("closed");
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus({ preventScroll: true });
    cameFrom.current = null;
  }
  const onTaken = useCallback(() => setState((was) => (was === "coming" ? "open" : was)), []);

  useHotkeys([["mod+K", open]], []);
  useWindowEvent("keydown", ({ key }) => {
    if (key === "Control" || key === "Meta") expectPalette();
  });
  // it is there at once, and so are the other dialogs that a key opens
  useEffect(
    () =>
      whenIdle(() => {
        expectPalette();
        expectDialog();
      }),
    [],
  );
  return { isOpen: state !== "closed", isComing: state === "coming", wasOpened, typed, open, close, onTaken };
}
