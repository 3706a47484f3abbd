/** Settings of a client that need a look; browser-safe. */
export const FINDING_CODES = [
  "keys_failing",
  "no_credentials",
  "refresh_not_rotated",
  "lifetime_long",
  "secret_unused",
  "client_unused",
  "permissions_unused",
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** `subjects` names what it is about: permissions, the ends of secrets, a lifetime in seconds, an error. */
export type Finding = { code: FindingCode; subjects: string[] };

/** Nothing of it for so long is unused. */
export const UNUSED_DAYS = 90;
/** A permission is given so long before it is called unused. */
export const PERMISSION_DAYS = 30;
/** An access or ID token that lives longer is flagged. */
export const LONG_LIFETIME_SECONDS = 3_600;

export const FINDING_WORDS: Record<FindingCode, { name: string; short: string; means: string }> = {
  keys_failing: {
    name: "Keys cannot be fetched",
    short: "Keys not had",
    means:
      "The last fetch of its keys came to nothing. Once the keys that are held are too old, it gets no token.",
  },
  no_credentials: {
    name: "No way to prove who it is",
    short: "No credentials",
    means: "It has neither a secret that works nor keys, so it gets no token.",
  },
  refresh_not_rotated: {
    name: "Refresh tokens are not replaced",
    short: "No rotation",
    means:
      "A stolen refresh token goes on working beside its owner, and nobody notices. Let each use replace it, or require DPoP.",
  },
  lifetime_long: {
    name: "Tokens live above one hour",
    short: "Lives above 1 h",
    means: "What is stolen stays good for that long where nobody asks the authority.",
  },
  secret_unused: {
    name: "Secret not used for 90 days",
    short: "Secret unused",
    means: "A secret that nobody needs is one that nobody misses when it leaks. End it.",
  },
  client_unused: {
    name: "Client not used for 90 days",
    short: "Unused",
    means: "It got no token in that time. Disable it unless somebody knows what it is for.",
  },
  permissions_unused: {
    name: "Permissions it never used",
    short: "Unused permissions",
    means: "None of its tokens in the register carried them. Take away what it does not need.",
  },
};
