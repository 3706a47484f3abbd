import type { Outbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { KEY_SET_MAX_BYTES, type PublicJwk } from "./model.ts";
import { KeySetFault, parseKeySet } from "./parse-key-set.ts";

const TIMEOUT_MS = 5_000;

/** Keys, or why there are none. `isAway`: the address is not reached just now, which says nothing against keys that were had before. */
export type FetchedKeySet = { keys: PublicJwk[] } | { error: string; isAway: boolean };

/** Fetches a client's key set by the guarded way out. Never throws for what the other side does. */
export async function fetchKeySet(
  outbound: Outbound,
  uri: string,
  { timeoutMs = TIMEOUT_MS } = {},
): Promise<FetchedKeySet> {
  try {
    const { status, body } = await outbound.request({
      url: uri,
      method: "GET",
      headers: { accept: "application/jwk-set+json, application/json", "user-agent": "tokenwarden" },
      timeoutMs,
      maxAnswerBytes: KEY_SET_MAX_BYTES,
    });
    if (status !== 200) return { error: `The address answers ${status}.`, isAway: status >= 500 };
    return { keys: parseKeySet(body.toString("utf8")) };
  } catch (error) {
    if (error instanceof KeySetFault) return { error: `The key set ${error.message}.`, isAway: false };
    if (!(error instanceof OutboundError)) throw error;
    const isAway = error.fault === "unreachable" || error.fault === "timeout";
    return { error: `The address ${error.message}.`, isAway };
  }
}
