"use client";

import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { pastedLines } from "../token-input/pasted-lines.ts";
import classes from "./coming-palette.module.css";

const NAME = "Find, go to, or paste a token";

/** Stands in for the palette until its code has come: what is typed or pasted meanwhile is kept for it, and nothing of it reaches the page behind. Enter does nothing yet. */
export function ComingPalette({
  typed,
  onClose,
}: {
  typed: RefObject<HTMLInputElement | null>;
  onClose: () => void;
}) {
  // before the next key
  useLayoutEffect(() => typed.current?.focus({ preventScroll: true }), [typed]);

  function hear(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onClose();
    // there is nothing else to come to
    if (["Escape", "Enter", "Tab"].includes(event.key)) event.preventDefault();
  }
  return (
    <>
      <div className={classes.scrim} onClick={onClose} aria-hidden />
      <div className={classes.palette} role="dialog" aria-modal="true" aria-label={NAME}>
        <IconSearch size={18} className={classes.icon} aria-hidden />
        <input
          ref={typed}
          className={classes.field}
          placeholder={NAME}
          aria-label={NAME}
          onKeyDown={hear}
          // Escape is this one's, and not of a dialog behind it
          data-mantine-stop-propagation="true"
          onPaste={(event) => {
            const lines = pastedLines(event);
            if (lines !== null) event.currentTarget.value = lines;
          }}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
    </>
  );
}
