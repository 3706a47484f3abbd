import { onDemand } from "./on-demand.ts";

/** What floats beside a control, with the code that places it: no page needs it before somebody points at something. */
export const floating = onDemand(() => import("./floating-parts.ts").then((module) => module.floatingParts));

/** Asks for it before it is needed. */
export function expectFloating(): void {
  floating.load().catch(() => {});
}
