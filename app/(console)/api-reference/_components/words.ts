/** Texts of the API reference. */
export const referenceWords = {
  title: "API reference",
  purpose:
    "Everything that the console does, for automation: one REST API, described by the very schemas that parse its input.",
  find: "Find an operation",
  findHint: "Words of a path or of what it does",
  none: "No operation has these words.",
  count: (shown: number, all: number) =>
    shown === all ? `${all} operations` : `${shown} of ${all} operations`,
  index: "Operations",
  operation: "Operation",
  back: "All operations",
  document: "OpenAPI 3.1",
  tokens: "API tokens",
  unknown: "There is no such operation",
  unknownText: "It may be of another version. Choose one from the list.",
  how: "How to ask",
  howItems: [
    {
      key: "Sign in",
      value:
        "Authorization: Bearer with an API token. It counts as whoever made it, and may be bound to networks.",
    },
    {
      key: "Lists",
      value:
        "Come in pages: size is at most 200, next and previous are cursors for the same filters and sort.",
    },
    {
      key: "Bodies",
      value:
        "Are JSON objects with the fields that are named, each once, of 256 KiB at most. A change that names no body takes none: nothing, or an empty object.",
    },
    {
      key: "Once",
      value:
        "Send Idempotency-Key with a change: sent again, it is not done again and is answered as the first time, for 24 hours.",
    },
    {
      key: "Nothing lost",
      value:
        "Send the ETag that was read in If-Match: 412 where somebody changed it meanwhile. In If-None-Match: 304 where nothing changed.",
    },
    {
      key: "Pace",
      value: "RateLimit says what may still be asked, by the very count that refuses. 429 has Retry-After.",
    },
    {
      key: "Refusals",
      value:
        "Are problem documents (RFC 9457) with a stable code, the request's id, and an entry for each bad parameter.",
    },
  ],
  needs: "What it needs",
  permission: "Permission",
  public: "none: anybody may ask",
  signedIn: "signed in",
  roles: "Roles",
  stepUp: "Asked again",
  stepUpAlways: (kind: string, isNeverUnattended: boolean) =>
    `Admins confirm that it is them first (${kind}). ${isNeverUnattended ? "Every API token" : "An API token that does not act unattended"} waits for an approval.`,
  secondPerson: "Second person",
  secondPersonMeans: (isDoneByRequester: boolean) =>
    `Where the organisation wants four eyes for it: it waits as an approval (202). Once it is approved, ${isDoneByRequester ? "the very same request does it" : "it is done as planned"}.`,
  stepUpWhere: (kind: string, where: string) => `Admins confirm that it is them first (${kind}) ${where}`,
  shownOnce: "Shown once",
  shownOnceMeans: (fields: string) =>
    `${fields}: in this answer alone. A repeat by the same key is answered without.`,
  parameters: "Parameters",
  body: "Body",
  answer: (status: string) => `Answer ${status}`,
  headers: "Headers",
  refusals: "Refusals",
  example: "Example",
  name: "Name",
  where: "In",
  type: "Type",
  means: "Meaning",
  required: "required",
  status: "Status",
};

const AREA_NAMES: Record<string, string> = {
  me: "The caller",
  setup: "Set-up",
  "openapi.json": "This document",
  "leak-desk": "Leak desk",
  mails: "E-mails",
  "mail-settings": "E-mail server",
  "api-tokens": "API tokens",
  incidents: "Cases",
  organisation: "Organisation and lifetimes",
  work: "Long work",
  plans: "Plans of orders",
};

/** An area of the API as people call it. */
export function areaName(area: string): string {
  if (Object.hasOwn(AREA_NAMES, area)) return AREA_NAMES[area] as string;
  const words = area.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a refusal of each status means here. */
export const STATUS_WORDS: Record<string, string> = {
  400: "A parameter cannot be used; errors names each",
  401: "Nobody is signed in, or the API token opens nothing any more",
  403: "The role does not allow it, the network does not, or who is there must be shown again",
  404: "It is not there, or not for the caller to see",
  409: "It is not in a state for this, or somebody else was first",
  410: "It is over",
  412: "The version of If-Match is not the present one",
  413: "The body is larger than 256 KiB",
  415: "The body is not application/json",
  422: "The idempotency key was used for another request",
  429: "Too many requests",
  500: "A fault of the console's own, by its request id in the log",
  503: "The database cannot be reached: nothing was changed",
};
