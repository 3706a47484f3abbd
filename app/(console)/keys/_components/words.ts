import type { BadgeState } from "#components/display/state-badge.tsx";
import { JWKS_CACHE_SECONDS, KEY_KEEP_DAYS, type KeyHolding, type KeyState } from "#lib/keys/model.ts";

export const days = (count: number) => `${count} ${count === 1 ? "day" : "days"}`;

/** Texts of the Keys area. */
export const keyWords = {
  title: "Signing keys",
  one: "Signing key",
  purpose:
    "Keys that sign what the authority gives out, one active for each purpose. Private halves are wrapped and never leave.",
  jwks: "JWKS",
  ring: "Key ring",
  all: "Keys",
  revokeTokens: "Revoke…",
  live: (count: string) => `${count} live`,
  takeBack: "Take back",
  emptyTitle: "No key yet",
  emptyText: "The authority makes its keys when it starts for the first time: start it, and they stand here.",
  notRegistered: "not counted",
  tokensNote:
    "Live tokens are access tokens that work now, counted at most 20 seconds ago; a plus says at least. What other keys signed is not registered.",
  holders: "Who has it",
  holdersNote:
    "Known of verifiers that ask for the JWKS with their secret, or say which keys they hold, as the npm package does. Others ask as nobody in particular: a new key waits until every copy that may be kept has it.",
  holdersMore: (count: number) => `${count} more.`,
  processesUntold: "do not say",

  served: "JWKS as served",
  servedNote: (cache: string) =>
    `What authorities answer under the present keys; it may be kept for ${cache}. The feed's keys stand in a set of their own.`,
  tokensSet: "Tokens, lists, checkpoints: /oauth/jwks",
  feedSet: "Feed and events: /revocations/jwks",

  rotate: "Rotate…",
  rotateTitle: "Rotate a signing key",
  rotateText:
    "The next key is made and stands in the JWKS at once. It signs when every copy of the JWKS that may be kept has it, or on the day that you choose; the one before it then goes on verifying until nothing that it signed lives. No token is refused. The purposes sign apart from each other, each with an algorithm of its own.",
  rotateAct: "Make the next key",
  rotateWhat: "Purpose",
  rotateAlgorithm: "Algorithm of the next key",
  rotateSame: (algorithm: string) => `${algorithm}, as now`,
  rotateWhen: "It signs",
  rotated: (kid: string) => `${kid} stands in the JWKS.`,

  activate: "Activate now…",
  activateTitle: "Let the standby key sign now",
  activateText:
    "Everything new is signed by it from now on. The key before it signs no more and goes on verifying.",
  activateAct: "Activate it",
  activated: (kid: string) => `${kid} signs.`,

  cancel: "Cancel rotation…",
  cancelTitle: "Cancel the rotation",
  cancelText:
    "The standby key has signed nothing: it leaves the JWKS, and the active one goes on signing. Another rotation makes another key.",
  cancelAct: "Cancel it",
  cancelled: (kid: string) => `${kid} was cancelled.`,

  destroy: "Destroy private half…",
  destroyTitle: "Destroy the private half",
  destroyText:
    "It is taken out of the database for good. The public half stays, so that what it signed can still be examined. Copies of the database from before still hold it, wrapped by the master key.",
  destroyAct: "Destroy it",
  destroyed: (kid: string) => `The private half of ${kid} is gone.`,

  emergency: "Emergency…",
  emergencyTitle: "Declare a signing key compromised",
  emergencyAct: "Declare it compromised",
  window: "What stays open",
  closedBy: "Closed everywhere at the latest:",
  byOrder: "The order on record",

  policies: "Rotation by policy",
  policyEdit: "Change…",
  policyTitle: (purpose: string, algorithm: string) => `Rotation of ${algorithm} keys for ${purpose}`,
  policyOthers: "For algorithms that no purpose signs with now",
  policyNotHeld: "when it signs with it",
  policyOn: "Rotate by itself",
  policyEvery: "Every",
  policyEveryRange: "Must be a whole number of days from 1 to 730.",
  policyAhead: "The next key is announced ahead by",
  policyAheadRange: "Must be a whole number of days, fewer than those between rotations.",
  policySave: "Save",
  policySaved: (purpose: string) => `${purpose}: the rotation policy was changed.`,
  policyOff: "by hand alone",
  policyUnderWay: "is under way",
  policyNever: "none by itself",

  settings: "Caches and keeping",
  settingsEdit: "Change caches and keeping",
  settingsSaved: "The settings of caches and keeping were changed.",
  settingCache: "The JWKS may be kept",
  settingCacheMeans:
    "A new key waits for so long before it signs; an old JWKS may be gone by for so long in an emergency.",
  settingCacheRange: `Must be a whole number of seconds from ${JWKS_CACHE_SECONDS.min} to ${JWKS_CACHE_SECONDS.max}.`,
  settingShorter:
    "Caches that were told the longer time keep to it: until they are out, rotations wait for them.",
  settingKeep: "A replaced key stays",
  settingKeepMeans:
    "Longer where what it signed may live longer. Holds for keys that are replaced from now on.",
  settingKeepRange: `Must be a whole number of days from ${KEY_KEEP_DAYS.min} to ${KEY_KEEP_DAYS.max}.`,
  settingKept: (time: string) => `${time} at least`,
  settingWaits: "Rotations wait for older caches until",

  facts: "Facts",
  history: "Who changed it and why",
  noHistory: "Nothing is on record of it.",
  publicHalf: "Public half",
  isNotReady: "not before every copy of the JWKS can have it:",
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

type HoldingWords = Record<
  KeyHolding,
  { word: string; tone: "active" | "suspended" | "revoked" | "expired" | "standby"; means: string }
>;

const HOLDINGS: HoldingWords = {
  has: {
    word: "yes",
    tone: "active",
    means: "It was given the key, or all its processes say that they hold it",
  },
  partly: { word: "in part", tone: "suspended", means: "Some of its processes do not have it yet" },
  missing: { word: "no", tone: "suspended", means: "It says who it is, and was not given the key yet" },
  unknown: { word: "not known", tone: "expired", means: "It never said who it is when it asked for keys" },
  needless: { word: "needs none", tone: "expired", means: "The authority checks for it" },
  had: {
    word: "had it",
    tone: "expired",
    means: "It was given the key; nothing says that it still holds it",
  },
};

/** Whether a verifier has a key: one that is in the JWKS, and one that is there no more. */
export const HOLDING_WORDS: Record<"served" | "gone", HoldingWords> = {
  served: HOLDINGS,
  gone: {
    ...HOLDINGS,
    has: { word: "still", tone: "suspended", means: "Its processes say that they still hold it" },
    partly: { word: "still, in part", tone: "suspended", means: "Some of its processes still hold it" },
  },
};

/** When a rotation takes effect, in days from now; null: as soon as it may. */
export const ROTATION_TIMES: { days: number | null; label: string }[] = [
  { days: null, label: "As soon as every copy of the JWKS can have it" },
  { days: 1, label: "In a day" },
  { days: 7, label: "In a week" },
  { days: 14, label: "In two weeks" },
  { days: 30, label: "In 30 days" },
];
