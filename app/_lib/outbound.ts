import { getEnv } from "#lib/env.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";

// development reloads modules: connections outlive them
const store = globalThis as typeof globalThis & { tokenwardenOutbound?: Outbound };

/** The one way out of this process, to look where an address leads that somebody enters. */
export function getOutbound(): Outbound {
  store.tokenwardenOutbound ??= createOutbound({ allow: getEnv().outboundAllow });
  return store.tokenwardenOutbound;
}
