/** Streams of the audit to a SIEM; browser-safe. Times are ISO 8601 in UTC. */
export const DELIVERIES = ["webhook", "syslog"] as const;
export type Delivery = (typeof DELIVERIES)[number];
export const DELIVERY_WORDS: Record<Delivery, { name: string; means: string }> = {
  webhook: {
    name: "Webhook",
    means: "Batches by HTTPS POST, each signed as Standard Webhooks has it.",
  },
  syslog: { name: "Syslog", means: "Messages of RFC 5424 over TLS (RFC 5425), or over TCP." },
};

export const FORMATS = ["ndjson", "ocsf"] as const;
export type Format = (typeof FORMATS)[number];
export const FORMAT_WORDS: Record<Format, { name: string; means: string }> = {
  ndjson: { name: "NDJSON", means: "One JSON object a line, with the fields that our API has." },
  ocsf: {
    name: "OCSF",
    means:
      "Open Cybersecurity Schema Framework 1.8: authentication (3002), entity management (3004), API activity (6003), detection finding (2004).",
  },
};

/** What of the audit a stream carries: each is a chain of its own, in order by itself. */
export const SOURCES = ["uses", "acts"] as const;
export type Source = (typeof SOURCES)[number];
export const SOURCE_WORDS: Record<Source, { name: string; means: string }> = {
  uses: { name: "Token uses", means: "Every issue, use and refusal of a token." },
  acts: {
    name: "Admin acts",
    means: "Every act, sign-in and refusal in the console and the API, before and after.",
  },
};

export const OUTCOMES = ["all", "refused"] as const;
export type OutcomeFilter = (typeof OUTCOMES)[number];
export const OUTCOME_FILTER_WORDS: Record<OutcomeFilter, string> = {
  all: "Everything",
  refused: "What was refused alone",
};

export const STATUSES = ["running", "paused"] as const;
export type EventStreamStatus = (typeof STATUSES)[number];

export const EVENT_STREAMS_MAX = 20;
export const CLIENTS_MAX = 20;
/** Events that are counted for the lag of a stream. */
export const LAG_MAX = 10_000;
/** Seconds between two tests of a stream. */
export const TEST_EVERY_SECONDS = 5;
/** Hours that the signature's key before still signs beside a new one. */
export const PREVIOUS_SECRET_HOURS = 24;

/** How far a stream is behind. */
export type ChainLag = {
  /** Events that it has still to send, as far as they were counted. */
  count: number;
  /** Whether there are more than were looked at. */
  isMore: boolean;
  /** When the oldest of them was received. */
  since: string | null;
};

/** What of a chain left the log before a stream had sent it: it is in no sink, unless that took it without saying so. */
export type StreamLoss = {
  source: Source;
  events: number;
  /** Whether some were too many to be counted: it is not more than `events`. */
  isAtMost: boolean;
  firstAt: string;
  lastAt: string;
};

const DAY_WORDS = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** `1,204 uses of 3 August 2026 – 5 August 2026 left unsent`, or `Up to 1,204 uses …` where they were not counted. */
export function lossWords({ source, events, isAtMost, firstAt, lastAt }: StreamLoss): string {
  const [first, last] = [firstAt, lastAt].map((at) => DAY_WORDS.format(Date.parse(at)));
  const what = source === "uses" ? ["use", "uses"] : ["act", "acts"];
  const days = first === last ? first : `${first} – ${last}`;
  return `${isAtMost ? "Up to " : ""}${events.toLocaleString("en-US")} ${what[events === 1 ? 0 : 1]} of ${days} left unsent`;
}

export type EventStreamRow = {
  id: string;
  name: string;
  status: EventStreamStatus;
  statusReason: string;
  delivery: Delivery;
  url: string;
  format: Format;
  sources: Source[];
  outcome: OutcomeFilter;
  clients: { id: string; name: string }[];
  /** Whether something is sent as Authorization. */
  hasAuthorization: boolean;
  /** Until when the key before the present one still signs too. */
  previousSecretUntil: string | null;
  caPem: string | null;
  /** The last admin act that was taken or not wanted; null where acts are not streamed. */
  actsSequence: string | null;
  /** Every use received before has been taken or was not wanted; null where uses are not streamed. */
  usesBefore: string | null;
  lag: ChainLag;
  /** What left the log before it was sent, by chain; none for a stream that kept up. */
  losses: StreamLoss[];
  delivered: number;
  lastDeliveredAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  /** In a row. */
  failures: number;
  nextAttemptAt: string | null;
  testedAt: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
};

/** The key of the signatures is in this answer alone; null for syslog. */
export type CreatedEventStream = { stream: EventStreamRow; secret: string | null };

/** What became of a test: whether the sink took it, and what it said, in words. */
export type TestedEventStream = { stream: EventStreamRow; isTaken: boolean; answer: string };

/** A stream that is a second behind is as it should be: what is written is looked for once a second. */
const BEHIND_SECONDS = 15;

/** What a person should see first of a stream. */
export function eventStreamHealth(
  stream: Pick<EventStreamRow, "status" | "failures" | "lag">,
  now: Date,
): "paused" | "failing" | "behind" | "well" {
  if (stream.status === "paused") return "paused";
  if (stream.failures > 0) return "failing";
  const { since } = stream.lag;
  return since !== null && now.getTime() - Date.parse(since) > BEHIND_SECONDS * 1_000 ? "behind" : "well";
}
