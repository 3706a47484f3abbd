import { getEnv } from "#lib/env.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { findRelyingParty, getRelyingParty, type RelyingParty } from "#lib/passkeys/relying-party.ts";
import { keyWrapper } from "./secrets.ts";

/** What passkeys are asked and checked with. @throws {DomainError} CONFLICT where the console's URL allows none. */
export function passkeyMeans(): { wrapper: KeyWrapper; party: RelyingParty } {
  return { wrapper: keyWrapper(), party: getRelyingParty(getEnv().consoleUrl) };
}

/** The same where another proof may stand in: `party` is null where the console's URL allows no passkeys. */
export function stepUpMeans(): { wrapper: KeyWrapper; party: RelyingParty | null } {
  return { wrapper: keyWrapper(), party: findRelyingParty(getEnv().consoleUrl) };
}
