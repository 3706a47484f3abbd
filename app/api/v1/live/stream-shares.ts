import type { Actor } from "#lib/context.ts";

/** What of the streams one admin or API token may hold, and one session of it: nobody takes them from everybody else. */
export const ACTOR_SHARE = 20;
export const SESSION_SHARE = 10;

/** Counts the streams that are open, by whose they are. */
export class StreamShares {
  readonly #open = new Map<string, number>();

  /** Takes one of an actor's share. Null where it has no more; else how to give it back, which counts once. */
  take(actor: Actor): (() => void) | null {
    const shares = [{ key: `${actor.kind} ${actor.id}`, max: ACTOR_SHARE }];
    if (actor.kind === "admin") shares.push({ key: `session ${actor.sessionId}`, max: SESSION_SHARE });
    if (shares.some(({ key, max }) => (this.#open.get(key) ?? 0) >= max)) return null;
    for (const { key } of shares) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const { key } of shares) {
        const left = (this.#open.get(key) ?? 1) - 1;
        if (left > 0) this.#open.set(key, left);
        else this.#open.delete(key);
      }
    };
  }
}
