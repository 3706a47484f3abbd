/** What the log holds, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const USE_OUTCOMES = ["issued", "allowed", "refused"] as const;
export type UseOutcome = (typeof USE_OUTCOMES)[number];

export const USE_SOURCES = [
  "issue",
  "introspection",
  "forward_auth",
  "userinfo",
  "refresh",
  "report",
] as const;
export type UseSource = (typeof USE_SOURCES)[number];

/** The place of a use in its writer's chain of seals. */
export type UseChain = { writer: string; flush: string; ordinal: number };

/** One event in a token's life, as the authority saw it. */
export type TokenUseRow = {
  id: string;
  /** When the authority recorded it: the log's order. */
  receivedAt: string;
  at: string;
  outcome: UseOutcome;
  refusal: string | null;
  source: string;
  token: { id: string; kind: string };
  familyId: string;
  client: { id: string; clientId: string; name: string };
  user: { id: string; email: string; name: string } | null;
  subject: string;
  verifier: { id: string; name: string } | null;
  audience: string | null;
  method: string | null;
  path: string | null;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
  /** Of the answer, and how long it took to decide, as a verifier that reports tells them; null otherwise. */
  status: number | null;
  bytes: number | null;
  latencyMicroseconds: number | null;
  chain: UseChain;
};

/** What was refused in one minute, by one asker, from one address, for one reason, without a token on record. */
export type RefusedCountRow = {
  id: string;
  /** Its beginning. */
  minute: string;
  /** "nobody" showed no secret of a verifier or client. A client whose secret was wrong is the one that was named. */
  asker: { kind: "verifier" | "client" | "nobody"; id: string; name: string };
  /** Null where it is not known, and for addresses beyond the first thousands of a minute. */
  ip: string | null;
  refusal: string;
  count: number;
};

/** One act of an admin, or a refusal of one. */
export type AuditEntryRow = {
  id: string;
  sequence: string;
  at: string;
  actor: { kind: string; id: string; name: string };
  act: string;
  outcome: "done" | "refused";
  errorCode: string | null;
  target: { kind: string; id: string; name: string };
  reason: string | null;
  note: string | null;
  requestId: string;
  ip: string | null;
};

export type AuditEntryDetail = AuditEntryRow & {
  /** What of it was erased on request: names of its actor, of its target, or its note and changes. */
  erased: ("actor" | "target" | "content")[];
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  userAgent: string | null;
};

/** One line of the merged log: a use of a token, or an act upon something. */
export type ActivityRow =
  | { kind: "use"; id: string; at: string; use: TokenUseRow }
  | { kind: "act"; id: string; at: string; entry: AuditEntryRow };

export type UseHistogramBucket = { at: string; issued: number; allowed: number; refused: number };

/** Uses over time by outcome. Buckets without a use are there with zeros. */
export type UseHistogram = {
  from: string;
  to: string;
  /** Later than `from` where not all could be counted in time: buckets and total begin there. */
  countedFrom: string;
  bucketSeconds: number;
  buckets: UseHistogramBucket[];
  total: { issued: number; allowed: number; refused: number };
};

export const ACT_OUTCOMES = ["done", "refused"] as const;
export type ActOutcome = (typeof ACT_OUTCOMES)[number];

/** Acts over time by outcome; the rest as `UseHistogram` has it. */
export type ActHistogram = Omit<UseHistogram, "buckets" | "total"> & {
  buckets: ({ at: string } & Record<ActOutcome, number>)[];
  total: Record<ActOutcome, number>;
};

/** A value as its filter takes it, and how many uses have it. */
export type UseFacet = { value: string; count: number };

/** The most frequent values of what uses are counted by, each under all filters but its own. */
export type UseFacets = {
  from: string;
  to: string;
  /** False: counting took too long, and all are empty. */
  isCounted: boolean;
  facets: Record<"outcome" | "refusal" | "source" | "client" | "verifier" | "country", UseFacet[]>;
};

/** Uses from one country and network: an address's /24, of version 6 its /48. */
export type UsePlace = {
  country: string | null;
  /** `AS15169`; a /24 or /48 where no network is known to announce it; null without an address. */
  network: string | null;
  networkName: string | null;
  uses: number;
  refused: number;
  firstAt: string;
  lastAt: string;
};

/** Where something was used, what was called with it and what was answered; each list the most frequent first. Times are those of the uses. */
export type UseSummary = {
  uses: number;
  /** There are more uses than were looked at: the newest count. */
  isCut: boolean;
  /** How many were looked at, at most. */
  lookedAt: number;
  firstAt: string | null;
  lastAt: string | null;
  /** Of all answers whose size was reported; null where none was. */
  bytes: number | null;
  /** Those that are known, each once, however many lines are listed. */
  countries: number;
  networks: number;
  places: UsePlace[];
  endpoints: { endpoint: string; uses: number; refused: number; firstAt: string; lastAt: string }[];
  /** As verifiers reported them. */
  statuses: { status: number; uses: number }[];
};

/** Uses of one place, together and by what they are told apart by: outcomes, or the phases of a case. */
export type MapLine = { uses: number; counts: Record<string, number>; firstAt: string; lastAt: string };
export type MapCountry = MapLine & { country: string | null };
/** `network` as in `UsePlace`. */
export type MapNetwork = MapLine & {
  country: string | null;
  network: string | null;
  networkName: string | null;
};

/** From where something was used: countries as they were written beside each use, networks as they are announced on the day `networksOf`. */
export type UseMap = {
  uses: number;
  /** There are more uses than were looked at: the newest count. */
  isCut: boolean;
  networksOf: string | null;
  countries: MapCountry[];
  networks: MapNetwork[];
  moreNetworks: number;
  /** How many countries and networks are known, each once; a network of several countries has a line in each. */
  known: PlaceCounts;
};

export type PlaceCounts = { countries: number; networks: number };

export type MapAddress = MapLine & { country: string | null; ip: string | null };
/** What the log itself is asked for has its addresses too, those with the most uses. */
export type UseMapOfLog = UseMap & { addresses: MapAddress[] };
