import type { ProviderMeans } from "#lib/sign-in-providers/create-provider.ts";
import type { ProviderCache } from "#lib/sign-in-providers/open-provider.ts";
import { getOutbound } from "./outbound.ts";
import { keyWrapper } from "./secrets.ts";

// each route is a bundle of its own: one memory for all of them
const store = globalThis as typeof globalThis & { tokenwardenProviders?: ProviderCache };

/** What providers that admins sign in by are asked with, and their secrets kept by. */
export function providerMeans(): ProviderMeans & { cache: ProviderCache } {
  store.tokenwardenProviders ??= new Map();
  return { outbound: getOutbound(), wrapper: keyWrapper(), cache: store.tokenwardenProviders };
}
