import { durationWords } from "#components/display/duration.ts";
import { groupedNumber } from "#components/display/number-text.tsx";
import { GUARDED_WORDS } from "#lib/approvals/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { CLIENT_KIND_WORDS } from "#lib/clients/model.ts";
import { RULE_WORDS } from "#lib/detections/model.ts";
import { EXPORT_FORMAT_WORDS } from "#lib/exports/model.ts";
import { PACK_FORMAT_WORDS } from "#lib/incidents/model.ts";
import { KEY_PURPOSE_WORDS } from "#lib/keys/model.ts";
import { CLIENT_SETTING_KEYS } from "#lib/lifetimes/model.ts";
import { LIFETIME_WORDS, ORDER_BOUND_WORDS } from "#lib/organisation/model.ts";
import { bytesWords, weekWords } from "#lib/retention/model.ts";
import { AUDIT_MODE_WORDS, VERIFIER_MODE_WORDS } from "#lib/verifiers/model.ts";

/** What acts have on record, in words: the name of each field, and its value. */
const FIELDS: Record<string, string> = {
  ...LIFETIME_WORDS,
  ...Object.fromEntries(Object.entries(ORDER_BOUND_WORDS).map(([key, { name }]) => [key, name])),
  redirectUris: "Redirect addresses",
  postLogoutRedirectUris: "Addresses after sign-out",
  resourceUri: "Resource address",
  customClaims: "Custom claims",
  requireConsent: "Asks for consent",
  maxStalenessSeconds: "Oldest feed it works with",
  auditMode: "Record of uses",
  mode: "When it hears nothing",
  hasPassword: "Has a password",
  endedSessions: "Sessions ended",
  leftOut: "More before it, counted and not written",
  stoppedApiTokens: "API tokens stopped",
  linkExpiresAt: "Its link holds until",
  expiresAt: "Holds until",
  overlapSeconds: "The one before goes on for",
  secret: "Secret",
  secrets: "Secrets",
  verb: "Order",
  query: "Filters and order",
  hiddenColumns: "Columns left out",
  isShared: "Shared",
  rows: "Rows written",
  bytes: "Size",
  week: "Week",
  tokens: "Tokens",
  lastExpiredAt: "The last of them expired",
  expiredTokenDays: "Expired tokens stay",
  leavingWeeks: "Weeks that leave by it",
  leavingTokens: "Tokens that leave by it",
  useDays: "Uses stay",
  actDays: "Acts stay",
  leavingDays: "Days of uses that leave by it",
  leavingUses: "Uses that leave by it, about",
  leavingActsThrough: "Acts that leave by it, up to entry",
  leavingActs: "Acts that leave by it",
  checkpoint: "Checkpoint that covers it",
  askedBy: "Asked for by",
  problems: "What does not hold",
  familyId: "Family",
  presentedTokenId: "Token that was presented",
  tokenId: "Token that was presented",
  userId: "User",
  verifierId: "Verifier",
  orderId: "Order",
  reportId: "Report",
  repeats: "Says again what the report said",
  as: "File format",
  added: "Added",
  renewed: "Secrets made anew",
  kid: "Key",
  everyDays: "Rotated every",
  aheadDays: "Announced ahead",
  isOn: "Rotates by itself",
  replaces: "In the place of",
  replacedBy: "Its place is taken by",
  readyAt: "Every cache can have it from",
  activatesAt: "Signs by itself from",
  retiresAt: "Verifies at least until",
  clientId: "Client ID",
  rotatesRefreshTokens: "Refresh tokens replaced at each use",
  rotatesConfidentialRefreshTokens: "Refresh tokens of confidential clients replaced at each use",
  refreshTokensMax: "Refresh tokens of a user with a client",
  endAtOnce: "Ended at once",
  looksLike: "Looks like",
  begunBy: "Had begun by",
  isUnattended: "Acts unattended",
  revokedWithIt: "API tokens that went with it",
  liveTokensIsExact: "Counted exactly",
  approval: "Approval",
  approvedBy: "Approved by",
  breakGlass: "Without a second person",
  requestedBy: "Asked for by",
  doneBy: "Done by",
  why: "Wants a second person for",
  bulkTokens: "Tokens one revokes alone within 24 hours",
  changed: "What changed meanwhile",
  whoIsGone: "Who is gone",
  leftWithoutWayIn: "Left without a way in",
  kinds: "Want a second person",
  lastEndsAt: "The last of them ends",
  issuer: "Issuer",
  clientSecret: "Client secret",
  roleClaim: "Claim of roles",
  roleRules: "Roles, from the first rule",
  defaultRole: "Role of everybody else",
  createsAdmins: "People come in uninvited",
  acrValues: "Asked of the provider (acr)",
  requiredAcr: "Its answer must say one of (acr)",
  requiredAmr: "Its answer must say all of (amr)",
  maxAgeSeconds: "A sign-in there is good for",
  linkedAdmins: "Admins who came in by it",
  invitedAdmins: "Admins invited for it",
  provider: "Provider",
  localSignIn: "Sign-in without a provider",
  breakGlassOwners: "Break-glass owners",
  endedOrderIds: "Orders that ended with it",
  fileSha256: "Fingerprint of the file (SHA-256)",
  sha256: "Fingerprint (SHA-256)",
  jti: "Token's ID (jti)",
  jwksUri: "Address of its keys",
  compromisedWhy: "Why from then",
  ofExchangeMeanwhile: "Of an exchange that was under way",
  withOrderId: "Together with order",
  cancels: "Calls off order",
  sessionFrom: "Session since",
  undelivered: "Not delivered by then",
  left: "Codes that are left",
  contain: "Containment",
};

/** The same field of another act is another thing. */
const FIELDS_OF_ACTS: Record<string, Record<string, string>> = {
  "admin.enabled": { apiTokens: "API tokens that work again" },
  "incident.evidence_released": {
    subjects: "What the case is about",
    sha256: "SHA-256 of the list of that, with its window",
  },
  "incident.evidence_exported": { records: "Records in it", sha256: "SHA-256 of the pack" },
  "register.week_purged": {
    tokens: "Tokens that left",
    bytes: "Room given back",
    expiredTokenDays: "They had stayed",
  },
  "database.restore_confirmed": {
    lostFrom: "Lost from",
    lostUntil: "Lost until, at least",
    lostActs: "Acts that are lost, at least",
    lostCheckpoints: "Checkpoints that are lost",
    lastCheckpoint: "The last checkpoint that is there",
    lostCheckpointsUpTo: "The last one that is lost",
    revokesTokens: "All tokens were revoked with it",
  },
  "user.erased": {
    uses: "Uses without address, path and software",
    tokens: "Tokens without address and software",
    records: "Other records",
    unproved: "Of them from before rows had two parts: nothing proves the rest",
    days: "Uses by day of receipt: of two parts, of one",
    acts: "Acts without names or changes, by entry (a: actor, t: target, c: content, b: of one part)",
    erasure: "Erasure",
  },
  "detection.raised": {
    rule: "What was found",
    tokenId: "Token",
    clientId: "Client",
    firstAt: "First",
    lastAt: "Last",
    count: "How often, when it was raised",
  },
  "event_stream.left_unsent": {
    source: "Of",
    events: "How many",
    isAtMost: "At most so many: they were too many to be counted",
    firstAt: "The oldest of them",
    lastAt: "The youngest of them",
  },
  "scanner.leak_reported": { unknown: "Values that are none of ours", places: "Where they were found" },
  "log.day_dropped": {
    uses: "Uses that left",
    unsealed: "Of them without a seal, from before there were seals",
    leavesBefore: "Leaves kept for seals over midnight, before",
    leavesAfter: "Leaves kept for seals over midnight, since",
    bytes: "Room given back",
    useDays: "They had stayed",
  },
  "log.day_released": {
    check: "The verification that found it",
    problems: "What does not hold",
  },
  "log.acts_dropped": {
    through: "The last entry that left",
    hash: "The chain's head there",
    acts: "Acts that left",
    until: "They are from before",
    actDays: "They had stayed",
    usesGoneUntil: "Uses that had left by then, up to",
  },
};

const KINDS: Record<string, string> = Object.fromEntries(
  Object.entries(CLIENT_KIND_WORDS).map(([kind, { name }]) => [kind, name]),
);
const named = (words: Record<string, { name: string }>) =>
  Object.fromEntries(Object.entries(words).map(([key, { name }]) => [key, name]));

/** Fields whose values are words of this program. */
const VALUES: Record<string, Record<string, string>> = {
  kind: KINDS,
  role: named(ROLE_WORDS),
  rule: RULE_WORDS,
  kinds: named(GUARDED_WORDS),
  mode: named(VERIFIER_MODE_WORDS),
  auditMode: named(AUDIT_MODE_WORDS),
  format: named(EXPORT_FORMAT_WORDS),
  as: PACK_FORMAT_WORDS,
  purpose: named(KEY_PURPOSE_WORDS),
  tokenFormat: { jwt: "JWT", opaque: "Opaque" },
  verb: { revoke: "Revocation", suspend: "Suspension", restore: "Restore", cancel: "Call-off" },
};

const sentence = (text: string) => text.replace(/^./, (first) => first.toUpperCase());

/** Whether a field has words of its own; the others are read from their parts. */
export function hasFieldWords(key: string): boolean {
  return (
    Object.hasOwn(FIELDS, key) || Object.values(FIELDS_OF_ACTS).some((fields) => Object.hasOwn(fields, key))
  );
}

/** `auditMode` → "Record of uses"; a field that has no words is read from its own parts: `lastSeenAt` → "Last seen". */
export function fieldWords(key: string, act = ""): string {
  const known = FIELDS_OF_ACTS[act]?.[key] ?? (Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined);
  if (known !== undefined) return known;
  const parts = key
    .replace(/(Seconds|Minutes|Days|At|Id)$/, "")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase()
    .replace(/\bemail\b/, "e-mail")
    .replace(/\buris?\b/g, (word) => (word === "uri" ? "address" : "addresses"));
  return sentence(parts === "" ? key : parts);
}

const UNITS: Record<string, (value: number) => string> = {
  Seconds: durationWords,
  Minutes: (value) => durationWords(value * 60),
  Days: (value) => `${groupedNumber(value)} ${value === 1 ? "day" : "days"}`,
};

function numberWords(key: string, value: number): string {
  if (key === "bytes") return bytesWords(value);
  const unit = /(Seconds|Minutes|Days)$/.exec(key)?.[0];
  return unit === undefined ? groupedNumber(value) : (UNITS[unit]?.(value) ?? String(value));
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function textWords(key: string, value: string): string {
  if (value === "") return "empty";
  if (/^week/i.test(key) && DATE.test(value)) return sentence(weekWords(value));
  const values = VALUES[key];
  if (values !== undefined && Object.hasOwn(values, value)) return values[value] as string;
  return key === "state" ? sentence(value.replaceAll("_", " ")) : value;
}

/** What a client takes from its organisation where it says nothing. */
const OF_ORGANISATION: ReadonlySet<string> = new Set(CLIENT_SETTING_KEYS);

/** What a field was or is, in words. */
export function valueWords(key: string, value: unknown): string {
  if (value === null && OF_ORGANISATION.has(key)) return "as the organisation has it";
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return numberWords(key, value);
  if (typeof value === "string") return textWords(key, value);
  if (Array.isArray(value)) {
    const name = key === "leavingWeeks" ? "week" : key;
    return value.length === 0 ? "none" : value.map((item) => valueWords(name, item)).join(", ");
  }
  const parts = Object.entries(value).map(
    ([name, item]) => `${fieldOfObject(key, name)}: ${valueWords(name, item)}`,
  );
  return parts.length === 0 ? "none" : parts.join("; ");
}

/** Claims and attributes are named by people, and stay as they were named; so do days and entries. */
function fieldOfObject(key: string, name: string): string {
  return ["customClaims", "attributes", "days", "acts"].includes(key) ? name : fieldWords(name).toLowerCase();
}
