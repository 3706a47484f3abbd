import type { BadgeState } from "#components/display/state-badge.tsx";
import type { KeyState } from "#lib/keys/model.ts";

/** Texts of the Keys area. */
export const keyWords = {
  title: "Signing keys",
  purpose:
    "Keys that sign what the authority gives out, one active for each purpose. Private halves are wrapped and never leave.",
  jwks: "JWKS",
  ring: "Key ring",
  all: "Keys",
  revokeTokens: "Revoke…",
  takeBack: "Take back",
  emptyTitle: "No key yet",
  emptyText: "The authority makes its keys when it starts for the first time: start it, and they stand here.",
  notRegistered: "not counted",
  tokensNote:
    "Live tokens are access tokens that work now, counted at most 20 seconds ago; a plus says at least. What other keys signed is not registered.",
};

/** What a key in a state does, beside the badge's own word. */
export const KEY_BADGES: Record<KeyState, { badge: BadgeState; means: string }> = {
  standby: { badge: "standby", means: "In the JWKS, signs nothing yet" },
  active: { badge: "signing", means: "Signs everything new" },
  retiring: { badge: "retiring", means: "Signs nothing new, still verifies" },
  retired: { badge: "retired", means: "No longer in the JWKS" },
  compromised: { badge: "compromised", means: "Everything that it signed is refused" },
  destroyed: { badge: "destroyed", means: "Its private half is gone" },
};
