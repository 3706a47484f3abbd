import type { LoggedSignal } from "./next-events.ts";
import { withIssuer } from "./subjects.ts";

export const SET_TYPE = "secevent+jwt";

/** Whom a SET is from and for. */
export type Envelope = { issuer: string; streamId: string; audience: string };

/** The `jti` of an event of a stream: the same however often it is sent, so that a receiver knows it again. */
export function jtiOf(streamId: string, sequence: bigint): string {
  return `${streamId}.${sequence}`;
}

/** The event that a `jti` of this stream names, or null where it is none of its. */
export function sequenceOf(streamId: string, jti: string): bigint | null {
  const match = /^([0-9a-f-]{36})\.([1-9]\d{0,17})$/.exec(jti);
  return match?.[1] === streamId ? BigInt(match[2] as string) : null;
}

/**
 * The claims of a security event token: one event, no `sub`, no `exp`, and a `txn`, which ties together all events that come of one: the order's id, or what a
 * peer's event had that caused the order. By it an event is known that comes back to where it began.
 *
 * @see RFC 8417 section 2.2, OpenID Shared Signals Framework 1.0 section 4
 */
export function claimsOf(
  signal: LoggedSignal,
  { issuer, streamId, audience }: Envelope,
  now: Date,
): Record<string, unknown> {
  return {
    iss: issuer,
    jti: jtiOf(streamId, signal.sequence),
    iat: Math.floor(now.getTime() / 1000),
    aud: audience,
    ...(signal.orderId === null ? {} : { txn: signal.txn ?? signal.orderId }),
    sub_id: withIssuer(signal.subject, issuer),
    events: { [signal.type]: signal.event },
  };
}
