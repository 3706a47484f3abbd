import { setTimeout as wait } from "node:timers/promises";
import type { AuthorityDoor } from "./authority-door.ts";

const FIRST_MS = 250;
const MAX_MS = 3_000;

/** Whether the authority answers. While it does not, all traffic waits and one question after another asks for it. */
export type Gate = {
  readonly isOpen: boolean;
  /** Resolves once the authority answers; rejects when the signal is given. */
  opened(): Promise<void>;
  /** Told that it did not answer. */
  close(): void;
};

export function createGate(
  door: Pick<AuthorityDoor, "isReady">,
  signal: AbortSignal,
  onChange: (isOpen: boolean) => void = () => {},
): Gate {
  let waiting: Promise<void> | null = null;

  async function untilReady(): Promise<void> {
    let delayMs = FIRST_MS;
    let isTold = false;
    while (!(await door.isReady())) {
      if (!isTold) onChange(false);
      isTold = true;
      await wait(delayMs, undefined, { signal });
      delayMs = Math.min(delayMs * 2, MAX_MS);
    }
    waiting = null;
    if (isTold) onChange(true);
  }

  function close(): void {
    if (waiting !== null) return;
    waiting = untilReady();
    waiting.catch(() => {});
  }

  return {
    get isOpen() {
      return waiting === null;
    },
    opened: () => waiting ?? Promise.resolve(),
    close,
  };
}
