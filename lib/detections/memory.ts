import { END_REFUSALS, type EndRefusal } from "../tokens/model.ts";
import type { ClientMemory, Series, TokenMemory, UseEvent } from "./rule.ts";

/** Places that are kept of a token. */
const PLACES_MAX = 8;
/** Minutes of a client before anything is far from usual. */
const WARM_AFTER = 10;
const MINUTES_MAX = 1_000;
/** How much a minute counts beside the ones before it. */
const WEIGHT = 0.1;
/** A minute teaches no more than so many times what was usual: a burst is not usual the minute after. */
const LESSON_MAX = 4;

export const NO_TOKEN: TokenMemory = {
  countries: [],
  networks: [],
  minute: 0,
  uses: 0,
  lateMinute: 0,
  lateUses: 0,
  tries: {},
};
export const NO_CLIENT: ClientMemory = { minute: 0, uses: 0, tokens: 0, usual: 0, minutes: 0 };

/** The minute since 1970. */
export function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / 60_000);
}

/** Attempts after the end are counted for so long; then the count begins anew. */
export const SERIES_SECONDS = 600;

/** The series of its reason with an attempt: the one that goes on, or one that begins. What a token was refused for else is no part of it. */
export function withTry(before: Series | undefined, at: Date): Series {
  const isGoingOn =
    before !== undefined && Math.abs(at.getTime() - before.since.getTime()) <= SERIES_SECONDS * 1_000;
  return isGoingOn ? { ...before, count: before.count + 1 } : { count: 1, since: at };
}

function isEnd(refusal: string | null): refusal is EndRefusal {
  return END_REFUSALS.some((end) => end === refusal);
}

/**
 * The uses of a token in a minute as far as they are known: of its newest, and of the last one before that of which uses came late, as a verifier tells them that was cut off, or whose clock is behind
 * another's. A backlog is told in its order, so that its minutes are counted one after the other.
 */
export function usesIn({ minute, uses, lateMinute, lateUses }: TokenMemory, asked: number): number {
  if (asked === minute) return uses;
  return asked === lateMinute ? lateUses : 0;
}

/** The counts of minutes with one more use. */
function withUse(
  token: TokenMemory,
  minute: number,
): Pick<TokenMemory, "minute" | "uses" | "lateMinute" | "lateUses"> {
  const { lateMinute, lateUses } = token;
  const uses = usesIn(token, minute) + 1;
  if (minute > token.minute) return { minute, uses, lateMinute: token.minute, lateUses: token.uses };
  if (minute === token.minute) return { minute, uses, lateMinute, lateUses };
  return { minute: token.minute, uses: token.uses, lateMinute: minute, lateUses: uses };
}

/** Whether enough is known of a client to call something unusual of it. */
export function isWarm({ minutes }: ClientMemory): boolean {
  return minutes >= WARM_AFTER;
}

/** 32 bits of a text, signed: FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}

/** The same with a place that is new to it; the oldest goes where there are too many. */
function withPlace<Place>(places: readonly Place[], place: Place | null): readonly Place[] {
  if (place === null || places.includes(place)) return places;
  return [...places.slice(places.length >= PLACES_MAX ? 1 : 0), place];
}

/** What an issue teaches of a token. */
export function startingAt({
  country,
  network,
}: {
  country: string | null;
  network: string | null;
}): TokenMemory {
  return {
    ...NO_TOKEN,
    countries: withPlace([], country),
    networks: withPlace([], network === null ? null : hashOf(network)),
  };
}

/** What is known of a token after a use. Only what was accepted teaches places. */
export function rememberToken(token: TokenMemory, event: UseEvent): TokenMemory {
  const isAllowed = event.outcome === "allowed";
  const { refusal } = event;
  return {
    countries: isAllowed ? withPlace(token.countries, event.country) : token.countries,
    networks: isAllowed
      ? withPlace(token.networks, event.network === null ? null : hashOf(event.network))
      : token.networks,
    ...withUse(token, minuteOf(event.at)),
    tries: isEnd(refusal)
      ? { ...token.tries, [refusal]: withTry(token.tries[refusal], event.at) }
      : token.tries,
  };
}

/** What is known of a client after a use of one of its tokens; `token` is what was known of that before it. */
export function rememberClient(client: ClientMemory, token: TokenMemory, event: UseEvent): ClientMemory {
  const minute = minuteOf(event.at);
  if (minute < client.minute) return client;
  if (minute === client.minute)
    return {
      ...client,
      uses: client.uses + 1,
      tokens: client.tokens + (usesIn(token, minute) > 0 ? 0 : 1),
    };
  return { ...learn(client), minute, uses: 1, tokens: 1 };
}

/** The minute that was counted becomes a part of what is usual. */
function learn(client: ClientMemory): ClientMemory {
  if (client.tokens === 0) return client;
  const mean = client.uses / client.tokens;
  const lesson = isWarm(client) ? Math.min(mean, LESSON_MAX * Math.max(1, client.usual)) : mean;
  // the first ones count alike
  const weight = Math.max(WEIGHT, 1 / (client.minutes + 1));
  return {
    ...client,
    usual: client.usual + weight * (lesson - client.usual),
    minutes: Math.min(MINUTES_MAX, client.minutes + 1),
  };
}
