/** OpenID Shared Signals: security events that are sent to others and taken in from them; browser-safe. Times are ISO 8601 in UTC. */
export const SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
export const TOKEN_CLAIMS_CHANGE = "https://schemas.openid.net/secevent/caep/event-type/token-claims-change";
export const CREDENTIAL_COMPROMISE =
  "https://schemas.openid.net/secevent/risc/event-type/credential-compromise";
export const VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification";
export const STREAM_UPDATED = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";

/** What a stream can ask for. */
export const SENT_EVENTS = [SESSION_REVOKED, TOKEN_CLAIMS_CHANGE, CREDENTIAL_COMPROMISE] as const;

export const EVENT_WORDS: Record<string, { name: string; means: string }> = {
  [SESSION_REVOKED]: {
    name: "Session revoked",
    means: "An order revokes or suspends what a user, a session, a family, a token, a client or a group has.",
  },
  [TOKEN_CLAIMS_CHANGE]: {
    name: "Token claims change",
    means: "A user's groups, or a group's permissions, are others than tokens that are out say.",
  },
  [CREDENTIAL_COMPROMISE]: {
    name: "Credential compromise",
    means: "An order was given because a token leaked, or a key or an account was compromised.",
  },
  [VERIFICATION]: { name: "Verification", means: "A test of a stream." },
  [STREAM_UPDATED]: { name: "Stream updated", means: "A stream was paused, disabled or enabled." },
};

/** An event's type in words; a type that nobody here knows by the last part of its URI. */
export function eventName(type: string): string {
  return Object.hasOwn(EVENT_WORDS, type)
    ? (EVENT_WORDS[type]?.name ?? type)
    : (type.split("/").at(-1) ?? type);
}

export const DELIVERIES = ["push", "poll"] as const;
export type Delivery = (typeof DELIVERIES)[number];
/** @see OpenID Shared Signals Framework 1.0, delivery methods */
export const DELIVERY_URNS: Record<Delivery, string> = {
  push: "urn:ietf:rfc:8935",
  poll: "urn:ietf:rfc:8936",
};
export const DELIVERY_WORDS: Record<Delivery, { name: string; means: string }> = {
  push: { name: "Push", means: "Each event is sent to the receiver's address as it happens (RFC 8935)." },
  poll: { name: "Poll", means: "The receiver fetches events here and acknowledges them (RFC 8936)." },
};

export const STREAM_STATUSES = ["enabled", "paused", "disabled"] as const;
export type StreamStatus = (typeof STREAM_STATUSES)[number];
export const STREAM_STATUS_WORDS: Record<StreamStatus, { name: string; means: string }> = {
  enabled: { name: "Enabled", means: "Events are delivered." },
  paused: { name: "Paused", means: "Events are held until it is enabled again." },
  disabled: { name: "Disabled", means: "Events are neither delivered nor held." },
};

/** Streams altogether, and of one verifier. */
export const STREAMS_MAX = 200;
export const STREAMS_PER_VERIFIER_MAX = 10;
/** Days that an event is held for a stream that does not take it. */
export const EVENT_DAYS = 7;
/** Seconds between two verifications that a receiver asks for. */
export const MIN_VERIFICATION_SECONDS = 10;

/** A Subject Identifier. @see RFC 9493, OpenID Shared Signals Framework 1.0 section 3 */
export type Subject = { format: string } & Record<string, unknown>;

export type StreamRow = {
  id: string;
  verifier: { id: string; name: string };
  description: string;
  audience: string;
  events: string[];
  delivery: Delivery;
  endpointUrl: string | null;
  /** Whether something is sent as Authorization. */
  hasAuthorization: boolean;
  status: StreamStatus;
  statusReason: string;
  /** False while its verifier is disabled: then nothing is delivered. */
  isVerifierEnabled: boolean;
  /** Events of the log that it is behind, wanted ones or not. */
  lag: number;
  /** When the oldest event that it is behind happened. */
  behindSince: string | null;
  delivered: number;
  refused: number;
  lost: number;
  lastDeliveredAt: string | null;
  lastPolledAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  failures: number;
  nextAttemptAt: string | null;
  verificationAskedAt: string | null;
  verifiedAt: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
};

/** What a person should see first of a stream. */
export function streamHealth(
  stream: Pick<StreamRow, "status" | "isVerifierEnabled" | "failures" | "lag">,
): "paused" | "disabled" | "failing" | "behind" | "well" {
  if (stream.status === "disabled" || !stream.isVerifierEnabled) return "disabled";
  if (stream.status === "paused") return "paused";
  if (stream.failures > 0) return "failing";
  return stream.lag > 0 ? "behind" : "well";
}
