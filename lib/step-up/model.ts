/** Kinds of acts that a person is asked again for; browser-safe. */
export const STEP_UP_KINDS = [
  "bulk",
  "keys",
  "roles",
  "api-tokens",
  "retention",
  "streams",
  "sign-in",
  "own-factors",
  "exports",
  "approvals",
] as const;
export type StepUpKind = (typeof STEP_UP_KINDS)[number];

/** What no API token does by itself, whatever right it has, but for what only shuts out: it would make an account, or a way into one, that has none of its own bounds. */
export const NEVER_UNATTENDED: ReadonlySet<StepUpKind> = new Set(["roles", "sign-in", "own-factors"]);

/** How long one proof is good for, for its kind alone. */
export const STEP_UP_SECONDS = 600;

/** Failed proofs in one session in the window before no more are looked at until it passes. */
export const STEP_UP_LIMIT = { windowSeconds: 900, perSession: 10 } as const;

/** How an admin came in. */
export const SIGN_IN_METHODS = ["totp", "passkey", "recovery_code", "provider"] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** How an admin shows again who they are. */
export type StepUpMethod = "totp" | "passkey" | "provider";

/** What each kind covers: "before you …". */
export const STEP_UP_WORDS: Record<StepUpKind, { name: string; acts: string }> = {
  bulk: { name: "Wide revocations", acts: "revoke more than one user's tokens" },
  keys: { name: "Signing keys", acts: "change signing keys or their rotation" },
  roles: { name: "Admins and roles", acts: "change who may use this console, and as what" },
  "api-tokens": { name: "API tokens", acts: "make or change an API token" },
  retention: { name: "Retention", acts: "change how long evidence is kept, or erase somebody's data" },
  streams: { name: "Streams", acts: "change where events and signals are sent" },
  "sign-in": { name: "Sign-in settings", acts: "change how people sign in" },
  "own-factors": { name: "Own ways in", acts: "change how you sign in yourself" },
  exports: { name: "Exports", acts: "export a list or the evidence of a case" },
  approvals: { name: "Approvals", acts: "change what wants a second person" },
};

/** A revocation of so much by one order is bulk: more users than one, or more tokens than a person has. */
export const BULK_USERS = 1;
export const BULK_TOKENS = 100;
