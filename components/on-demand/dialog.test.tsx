import type { ComponentType } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OnDemandDialog, OnDemandDrawer } from "./dialog.tsx";

// without a document nothing has effects: here they happen as it is drawn
vi.mock("react", async (original) => {
  const run = (effect: () => void) => void effect();
  return { ...(await original<typeof import("react")>()), useEffect: run, useLayoutEffect: run };
});

const page = new EventTarget();

/** Presses a key while the dialog's own code is still on its way. */
function press(key: string): Event {
  const event = Object.assign(new Event("keydown", { cancelable: true }), {
    key,
    getModifierState: () => false,
  });
  page.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("Element", class extends EventTarget {});
});
afterEach(() => vi.unstubAllGlobals());

type Frame = ComponentType<{ isOpen: boolean; onClose: () => void; closeOnEscape?: boolean }>;

test.each([
  ["dialog", OnDemandDialog as Frame],
  ["drawer", OnDemandDrawer as Frame],
])(
  "until a %s has come, Escape closes it only where it would afterwards, and no key reaches the page",
  (_, Frame) => {
    const open = (closeOnEscape?: boolean) => {
      const onClose = vi.fn();
      const may = closeOnEscape === undefined ? {} : { closeOnEscape };
      renderToStaticMarkup(<Frame isOpen onClose={onClose} {...may} />);
      return onClose;
    };
    const kept = open(false);
    expect(press("Escape").defaultPrevented).toBe(true);
    expect(press("r").defaultPrevented).toBe(true);
    expect(kept).not.toHaveBeenCalled();

    const [closed, asEver] = [open(true), open()];
    press("r");
    expect(closed).not.toHaveBeenCalled();
    press("Escape");
    expect(closed).toHaveBeenCalledOnce();
    expect(asEver).toHaveBeenCalledOnce();
    expect(kept).not.toHaveBeenCalled();
  },
);
