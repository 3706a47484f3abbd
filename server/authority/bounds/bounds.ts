import { setTimeout as wait } from "node:timers/promises";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Env } from "#lib/env.ts";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { THROTTLE_REASONS, Throttled, type ThrottleReason } from "./throttled.ts";
import { Turnstile } from "./turnstile.ts";

/** What a refusal over a bound is held back for: who asks again and again on one connection asks once a second, and not all of them at once. */
const HOLD_MS = { least: 500, most: 1_500 };
/** Answers over a bound in a second: where more are held, each is held for longer, four times as long at most. */
const HELD_PER_SECOND = 500;
const HELD_LONGER = 4;
/** Answers held back at once; more are given at once. */
const MAX_HELD = 5_000;
/**
 * A burst is this many seconds' worth of a rate. Failures have the longest: many people behind one address mistype theirs at once, and refusing
 * one costs little. Garbage and sign-ins cost a look-up or a row each, and others wait while a burst of them lasts.
 */
const BURST_SECONDS = { failures: 10, garbage: 2, authorizations: 2 };

/**
 * Wrong codes of devices: whoever mistypes gets by with ten, and one each twelve seconds after. Codes have 34 bits and live ten minutes: with a thousand of
 * them about, a thousand addresses that guess as fast as they may need three days to hit one, and gain that a stranger's device is let in as themselves.
 */
const WRONG_CODES = { perSecond: 1 / 12, burst: 10 };

/** Who asks where nobody has shown who they are: the address. */
export function addressAsker(ip: string | null): string {
  return `address ${addressKey(ip)}`;
}

/** The bounds of one authority process: what a flood meets, and nobody else. */
export type Bounds = {
  turnstile: Turnstile;
  /**
   * What to answer to credentials that are nobody's: the refusal itself, or 429 where the address had too many. Credentials that are good are
   * never asked about their address.
   */
  refuseCredentials<E>(ip: string | null, refusal: E): E | Throttled;
  /**
   * Takes one of an address' wrong codes of devices, before it is known whether the code is one: of many guesses at once no more are looked at than of those
   * one after the other.
   *
   * @throws {Throttled} where an address guessed too often.
   */
  takeCode(ip: string | null): void;
  /** Gives it back: nobody guessed. */
  giveCodeBack(ip: string | null): void;
  /** Whether an address had too many failures already. */
  isSpent(ip: string | null): boolean;
  /**
   * Counts a value that is no token of ours, or a request that was refused.
   *
   * @throws {Throttled} where an asker (a verifier, a client, an address) had too many.
   */
  countGarbage(askerId: string): void;
  /** Whether an asker has had too much garbage already. */
  isGarbageSpent(askerId: string): boolean;
  /**
   * Counts the beginning of an authorization, and signing out: what writes for whoever comes.
   *
   * @throws {Throttled} where an asker (a client, an address) has too many.
   */
  countAuthorization(askerId: string): void;
  /** Counts what went over a bound, and holds its answer back. Anything else passes at once. */
  hold(error: unknown): Promise<void>;
  count(reason: ThrottleReason): void;
  /** What went over a bound since the start, by bound. */
  readonly throttled: Readonly<Record<ThrottleReason, number>>;
};

export function createBounds(env: Pick<Env, "bounds">): Bounds {
  const { bounds } = env;
  const buckets = (perSecond: number, burstSeconds: number) =>
    new TokenBuckets({ perSecond, burst: Math.max(1, perSecond * burstSeconds) });
  const failures = buckets(bounds.failuresPerSecond, BURST_SECONDS.failures);
  const garbage = buckets(bounds.garbagePerSecond, BURST_SECONDS.garbage);
  const authorizations = buckets(bounds.authorizationsPerSecond, BURST_SECONDS.authorizations);
  const codes = new TokenBuckets(WRONG_CODES);
  const throttled = Object.fromEntries(THROTTLE_REASONS.map((reason) => [reason, 0])) as Record<
    ThrottleReason,
    number
  >;
  let held = 0;
  return {
    turnstile: new Turnstile({ share: bounds.callerShare, maxWaiting: bounds.callerWaiting }),
    throttled,
    refuseCredentials: (ip, refusal) =>
      failures.take(addressKey(ip))
        ? refusal
        : new Throttled("credentials", "Too many failed attempts from this address. Ask again in a second."),
    takeCode(ip) {
      if (!codes.take(addressKey(ip)))
        throw new Throttled(
          "codes",
          "Too many wrong codes from this address, or too many at once. Wait a minute, then try again.",
        );
    },
    giveCodeBack: (ip) => codes.giveBack(addressKey(ip)),
    isSpent: (ip) => failures.isSpent(addressKey(ip)),
    countGarbage(askerId) {
      if (!garbage.take(askerId))
        throw new Throttled(
          "garbage",
          "Too many values that are no tokens of ours, or requests that cannot be answered. Ask again in a second.",
        );
    },
    isGarbageSpent: (askerId) => garbage.isSpent(askerId),
    countAuthorization(askerId) {
      if (!authorizations.take(askerId))
        throw new Throttled(
          "authorizations",
          "Too many sign-ins or sign-outs at once. Try again in a second.",
        );
    },
    count(reason) {
      throttled[reason] += 1;
    },
    async hold(error) {
      if (!(error instanceof Throttled)) return;
      throttled[error.reason] += 1;
      if (held >= MAX_HELD) return;
      held += 1;
      const longer = Math.min(HELD_LONGER, Math.max(1, held / HELD_PER_SECOND));
      await wait(longer * (HOLD_MS.least + Math.random() * (HOLD_MS.most - HOLD_MS.least)));
      held -= 1;
    },
  };
}
