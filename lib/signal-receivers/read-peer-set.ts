import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { SET_TYPE } from "../signals/security-event-token.ts";
import { MAX_AGE_DAYS } from "./model.ts";

/** What a peer is told of a SET that is not taken. @see RFC 8935 section 2.4 */
export type SetError =
  | "invalid_request"
  | "invalid_key"
  | "invalid_issuer"
  | "invalid_audience"
  | "authentication_failed"
  | "access_denied";

/** A SET that is refused for what it is. `message` goes out. */
export class SetRefusal extends Error {
  override name = "SetRefusal";
  readonly err: SetError;
  constructor(err: SetError, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.err = err;
  }
}

export type PeerSet = {
  jti: string;
  /** What ties it to other events that come of the same; null where it is not said, or too long to be kept. */
  txn: string | null;
  issuedAt: Date;
  eventType: string;
  subject: Record<string, unknown>;
  event: Record<string, unknown>;
};

/** Signatures by a key pair alone: a peer's public keys are no secret to sign with. */
const ALGORITHMS = ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256"];

/** The database keeps no NUL, and nobody's id has control characters. */
const id = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}+$/u);

const claims = z.object({
  jti: id,
  txn: id.nullable().catch(null),
  iat: z.int().min(0).max(100_000_000_000),
  events: z.record(z.string().max(512), z.record(z.string(), z.unknown())),
  sub_id: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Reads a peer's security event token: signed by its keys, from its issuer, for us, typed, with one event, not too old and not of the future.
 *
 * @param skewSeconds how far the peer's clock may be ahead.
 * @throws {SetRefusal}; what keeps its keys from being fetched goes on as it is, for the peer to come again.
 * @see RFC 8417 section 2.2, OpenID Shared Signals Framework 1.0 section 4
 */
export async function readPeerSet(
  token: string,
  peer: { issuer: string; audience: string; keys: JWTVerifyGetKey },
  { now, skewSeconds }: { now: Date; skewSeconds: number },
): Promise<PeerSet> {
  const { payload } = await jwtVerify(token, peer.keys, {
    issuer: peer.issuer,
    audience: peer.audience,
    typ: SET_TYPE,
    algorithms: ALGORITHMS,
    clockTolerance: skewSeconds,
    currentDate: now,
  }).catch((error: unknown) => {
    throw refusalOf(error);
  });
  // a SET that looks like another kind of JWT, or could be taken for one
  if (payload.exp !== undefined) throw new SetRefusal("invalid_request", "exp is not used in SETs.");
  if (payload.sub !== undefined)
    throw new SetRefusal("invalid_request", "sub is not used in SETs: sub_id is.");
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SetRefusal("invalid_request", `${String(issue?.path[0] ?? "a claim")} cannot be read.`);
  }
  const { jti, txn, iat, events, sub_id: subject } = parsed.data;
  const entries = Object.entries(events);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw new SetRefusal("invalid_request", "events must hold one event.");
  const ageSeconds = now.getTime() / 1000 - iat;
  if (ageSeconds < -skewSeconds) throw new SetRefusal("invalid_request", "iat is in the future.");
  if (ageSeconds > MAX_AGE_DAYS * 86_400)
    throw new SetRefusal("invalid_request", `iat is more than ${MAX_AGE_DAYS} days ago.`);
  const [eventType, event] = entry;
  return { jti, txn, issuedAt: new Date(iat * 1000), eventType, subject: subject ?? subjectIn(event), event };
}

/** RISC before the framework's final version had the subject inside of the event. */
function subjectIn(event: Record<string, unknown>): Record<string, unknown> {
  const { subject } = event;
  return typeof subject === "object" && subject !== null ? (subject as Record<string, unknown>) : {};
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return new SetRefusal("invalid_issuer", "iss is another's.", error);
    if (error.claim === "aud") return new SetRefusal("invalid_audience", "aud is another's.", error);
    return new SetRefusal("invalid_request", `${error.claim} is not as it has to be.`, error);
  }
  if (error instanceof errors.JWTExpired)
    return new SetRefusal("invalid_request", "exp is not used in SETs, and it is over.", error);
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed
  )
    return new SetRefusal("invalid_key", "No key of the issuer stands behind the signature.", error);
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  )
    return new SetRefusal("invalid_request", "It is no SET that can be read.", error);
  return error;
}
