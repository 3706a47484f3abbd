import { between } from "./stage.ts";

/**
 * A program whose token is refused does not know why, and goes on trying for a while before it asks for another: these are the attempts
 * that people look for after a revocation.
 */
export type Patience = {
  /** Told of each refusal; true once the program gives up on its token. */
  isOver(nowMs: number): boolean;
  /** Told that the token, or its successor, works. */
  reset(): void;
};

export function createPatience(lowMs: number, highMs: number): Patience {
  let endsAtMs: number | null = null;
  return {
    isOver(nowMs) {
      endsAtMs ??= nowMs + between(lowMs, highMs);
      return nowMs >= endsAtMs;
    },
    reset() {
      endsAtMs = null;
    },
  };
}
