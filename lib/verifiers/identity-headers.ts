/**
 * What `/verify` says of a good token, in headers; browser-safe. A gateway must set each of them itself, or a caller could write it: all of them are
 * always answered, empty where there is nothing to say.
 */
export const IDENTITY_HEADERS = [
  "x-auth-subject",
  "x-auth-user",
  "x-auth-client",
  "x-auth-permissions",
  "x-auth-groups",
  "x-auth-audience",
  "x-auth-token-id",
  "x-auth-expires",
] as const;
export type IdentityHeader = (typeof IDENTITY_HEADERS)[number];
