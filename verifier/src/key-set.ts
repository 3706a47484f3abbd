import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import type { Authority, EndpointName } from "./authority.ts";
import { errorOf, type Tell } from "./events.ts";
import type { Settings } from "./options.ts";
import { backoffMs, pause } from "./pause.ts";

/** No more often than jose's own cooldown, where fetching fails. */
const RETRY_MS = 30_000;
/** Fetched again at this part of their age, so that nobody waits for it and none is ever old. */
const RENEW_AT = 0.8;

/** For less nobody is asked. */
const LEAST_AGE_MS = 1_000;

/** For how long an answer may be kept: a new key waits for so long before it signs, and no longer. Null where it does not say. */
function toldMaxAgeMs(response: Response): number | null {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(response.headers.get("cache-control") ?? "")?.[1];
  return seconds === undefined ? null : Math.max(LEAST_AGE_MS, Number(seconds) * 1_000);
}

export type KeySet = ReturnType<typeof openKeySet>;
export type KeySetOptions = {
  authority: Pick<Authority, "endpoint">;
  name: Extract<EndpointName, "keys" | "feedKeys">;
  settings: Pick<Settings, "keysMaxAgeMs" | "timeoutMs" | "secret">;
  tell: Tell;
  closing: AbortSignal;
  /** Told when keys were fetched. */
  onFetched?: () => void;
};

/** A key set that is fetched in the background as it ages: what cannot be fetched anew is used on, and `ageMs` tells. */
export function openKeySet({
  authority,
  name,
  settings,
  tell,
  closing,
  onFetched = () => undefined,
}: KeySetOptions) {
  const { keysMaxAgeMs, timeoutMs, secret } = settings;
  let maxAgeMs = keysMaxAgeMs;
  let set: Promise<ReturnType<typeof createRemoteJWKSet>> | null = null;
  let held: ReturnType<typeof createRemoteJWKSet> | null = null;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reloading: Promise<void> | null = null;
  let generation = 0;

  async function open() {
    const url = await authority.endpoint(name);
    held = createRemoteJWKSet(url, {
      timeoutDuration: timeoutMs,
      // the keys are everybody's; by this the authority knows who has them
      ...(secret === null ? {} : { headers: { authorization: `Bearer ${secret}` } }),
      cacheMaxAge: Number.POSITIVE_INFINITY,
      [customFetch]: async (address, init) => {
        const startedAt = performance.now();
        const signals = [init.signal, closing].filter((signal) => signal instanceof AbortSignal);
        const response = await fetch(address, { ...init, signal: AbortSignal.any(signals) });
        if (response.status === 200) {
          fetchedAt = startedAt;
          maxAgeMs = Math.min(keysMaxAgeMs, toldMaxAgeMs(response) ?? maxAgeMs);
          generation += 1;
        }
        return response;
      },
    });
    return held;
  }

  function opened() {
    if (set === null) {
      const opening = open();
      set = opening;
      opening.catch(() => {
        if (set === opening) set = null;
      });
    }
    return set;
  }

  function reload(): Promise<void> {
    triedAt = performance.now();
    reloading ??= opened()
      .then((keys) => keys.reload())
      .then(() => {
        // what began between the answer and here had the old keys
        generation += 1;
        onFetched();
      })
      .catch((error: unknown) => {
        tell({ type: "keys_unavailable", error: errorOf(error) });
        throw error;
      })
      .finally(() => {
        reloading = null;
      });
    return reloading;
  }

  const get: JWTVerifyGetKey = async (header, token) => {
    const now = performance.now();
    if (fetchedAt === Number.NEGATIVE_INFINITY) await reload();
    else if (now - fetchedAt > maxAgeMs && now - triedAt > RETRY_MS) reload().catch(() => undefined);
    const before = generation;
    try {
      return await (await opened())(header, token);
    } finally {
      // an unknown key had the set fetched
      if (generation !== before) {
        generation += 1;
        onFetched();
      }
    }
  };

  /** Fetches the keys before the first token comes, and again as they age, whether tokens come or not. */
  async function tend(): Promise<void> {
    for (let attempt = 0; !closing.aborted; )
      try {
        await reload();
        attempt = 0;
        await pause(maxAgeMs * RENEW_AT, closing);
      } catch {
        const isFirst = fetchedAt === Number.NEGATIVE_INFINITY;
        await pause(backoffMs(attempt, isFirst ? 5_000 : Math.min(RETRY_MS, maxAgeMs / 10)), closing);
        attempt += 1;
      }
  }

  return {
    get,
    reload,
    tend,
    /** Another number once they were fetched again: what was found good with those of before is looked at anew. */
    get generation() {
      return generation;
    },
    /** Of the keys that are held now. */
    get kids(): string[] {
      const keys = held?.jwks()?.keys ?? [];
      return keys.flatMap(({ kid }) => (typeof kid === "string" ? [kid] : []));
    },
    /** Milliseconds since the keys were fetched; Infinity before. */
    get ageMs() {
      return performance.now() - fetchedAt;
    },
  };
}
