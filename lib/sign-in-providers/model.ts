import type { Role } from "../authz/roles.ts";

/** OpenID Connect providers that admins sign in by; browser-safe. Times are ISO 8601 in UTC. */
export const PROVIDERS_MAX = 20;
export const PROVIDER_NAME_MAX = 60;
export const ROLE_RULES_MAX = 50;
/** How old a sign-in at the provider may be. */
export const MAX_AGE_RANGE = { min: 0, max: 7 * 86_400 } as const;
/** How long somebody who was invited for a provider has to sign in by it. */
export const PROVIDER_INVITATION_SECONDS = 7 * 86_400;
/** How long a person has at the provider. */
export const FLOW_SECONDS = 600;
/** What the provider's clock may differ by. */
export const PROVIDER_SKEW_SECONDS = 30;
/** How long before sign-in without a provider is turned off an owner must have signed in by one. */
export const PROVEN_SECONDS = 86_400;
/** How long a break-glass sign-in stands before every owner. */
export const BREAK_GLASS_SHOWN_DAYS = 30;

/** Who has `value` in the claim gets `role`; the first rule of the list that matches decides. */
export type RoleRule = { value: string; role: Role };

export type SignInProviderRow = {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  state: "enabled" | "disabled";
  scopes: string[];
  /** The claim that roles are read from. */
  roleClaim: string;
  roleRules: RoleRule[];
  /** Of whom no rule matches; null: they do not come in. */
  defaultRole: Role | null;
  /** Whether somebody comes in who was not invited. */
  createsAdmins: boolean;
  /** Asked of it. */
  acrValues: string[];
  /** Its answer must name one of them. */
  requiredAcr: string[];
  /** Its answer must name all of them. */
  requiredAmr: string[];
  /** How old the sign-in there may be; null: any age. */
  maxAgeSeconds: number | null;
  /** Admins that are linked to one of its people, and those that are invited. */
  admins: number;
  invited: number;
  /** Live sessions that it opened. */
  sessions: number;
  lastSignInAt: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
};

/** What was read at an issuer's address. */
export type IssuerCheck = {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  hasUserinfo: boolean;
  /** Whether its answers name it, so that no other can be taken for it. */
  namesItself: boolean;
  /** Keys that signatures can be checked by. */
  keys: number;
  algorithms: string[];
  /** What it says it knows; empty where it does not say. */
  acrValues: string[];
};

/** How admins may come in, for whoever is not in yet. */
export type SignInDoors = { providers: { id: string; name: string }[]; isLocalOff: boolean };

export type BreakGlassSignIn = {
  at: string;
  admin: { id: string; name: string; email: string };
  ip: string | null;
};

export type SignInPolicy = {
  /** Whether admins sign in with a password or passkey of this console. */
  localSignIn: boolean;
  localOffAt: string | null;
  /** Owners who may do so whatever is set; those that could now are `isReady`. */
  breakGlass: { id: string; name: string; email: string; isReady: boolean }[];
  /** Of the last thirty days, the newest first. */
  breakGlassSignIns: BreakGlassSignIn[];
  /** Whether an owner came in by a provider within the last day. */
  isProven: boolean;
  /** What goes on no longer while it is off: who has no other way in and is not named, by address, and their good API tokens. */
  stops: { apiTokens: number; people: string[] };
  version: number;
};

/** So many are named. */
const LEFT_OUT_NAMED = 20;

/** Who is left without a way in while sign-in without a provider is off. */
export function leftOutWords(people: readonly string[]): string {
  const [first] = people;
  if (first === undefined) return "Nobody is left without a way in.";
  if (people.length === 1) return `${first} is left without a way in.`;
  const more = people.length - LEFT_OUT_NAMED;
  const named = people.slice(0, LEFT_OUT_NAMED).join(", ");
  return `${people.length.toLocaleString("en")} people are left without a way in: ${named}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}.`;
}

/** What becomes of API tokens while sign-in without a provider is off. */
export function stopWords(apiTokens: number): string {
  if (apiTokens === 0) return "No API token stops with it.";
  const those = apiTokens === 1 ? "1 API token" : `${apiTokens.toLocaleString("en")} API tokens`;
  const [stop, their, they] =
    apiTokens === 1 ? ["stops", "its maker", "it"] : ["stop", "their makers", "they"];
  return `${those} of people who are left without a way in ${stop} as well, until ${their} can sign in again: ${they === "it" ? "it is" : "they are"} not revoked.`;
}

/** Why nobody came in, or was shown to be there, by a provider. */
export const PROVIDER_REFUSALS = [
  "PROVIDER_AWAY",
  "PROVIDER_BUSY",
  "PROVIDER_DECLINED",
  "PROVIDER_FAILED",
  "FLOW_OVER",
  "TOO_MANY_ATTEMPTS",
  "NOT_INVITED",
  "ADDRESS_NOT_VERIFIED",
  "ADDRESS_IN_USE",
  "NO_ROLE",
  "ROLE_CHANGED",
  "LAST_OWNER",
  "ADMIN_DISABLED",
  "RESTORE_WAITS",
  "TOO_WEAK",
  "NOT_ANEW",
  "OTHER_PERSON",
  "UNAVAILABLE",
] as const;
export type ProviderRefusal = (typeof PROVIDER_REFUSALS)[number];

/** What to do about it. */
export const PROVIDER_REFUSAL_WORDS: Record<ProviderRefusal, string> = {
  PROVIDER_AWAY: "The provider cannot be reached just now. Try again in a moment.",
  PROVIDER_BUSY: "Many sign in by the provider just now. Wait a few seconds, then try again.",
  PROVIDER_DECLINED:
    "The provider did not sign you in: it was cancelled there, or you may not use this application. Try again.",
  PROVIDER_FAILED:
    "The provider's answer was not accepted. Try again; if it stays so, an owner tests the provider under Settings, Sign-in, and looks for the refusal in the audit log.",
  FLOW_OVER: "That took too long, or was begun in another window. Start again.",
  TOO_MANY_ATTEMPTS: "Too many attempts. Wait a few minutes, then try again.",
  NOT_INVITED:
    "The provider knows you, this console does not. Ask an owner to invite you, with your address just as the provider has it.",
  ADDRESS_NOT_VERIFIED:
    "The provider knows you, but does not vouch for your address (email_verified), and by it alone are people let in here for the first time. Ask whoever looks after the provider to have it verified, then try again.",
  ADDRESS_IN_USE:
    "Another account of this console has your address. Ask an owner: one account is never taken over by another.",
  NO_ROLE: "None of your groups at the provider has a role in this console. Ask whoever looks after them.",
  ROLE_CHANGED:
    "Your groups at the provider give you another role by now. You have it, and your sessions were ended: sign in again.",
  LAST_OWNER: "Your groups would take the last owner away from this console. Ask whoever looks after them.",
  ADMIN_DISABLED: "Your account in this console is disabled. Ask an owner.",
  RESTORE_WAITS:
    "The database was restored, and an owner has to confirm it first. Until then nobody new comes in, and nobody becomes an owner.",
  TOO_WEAK:
    "The provider let you in by less than this console asks for. Sign in there with a second factor, then try again.",
  NOT_ANEW:
    "The provider let you in by a sign-in from before, or does not say when you signed in there. Sign out there, then try again: this console asks that you show anew who you are.",
  OTHER_PERSON:
    "That was another account than the one you are signed in with here. Confirm with the same one.",
  UNAVAILABLE: "The database cannot be reached, so nobody can be signed in. Try again in a moment.",
};
