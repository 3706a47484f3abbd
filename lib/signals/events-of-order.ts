import { REASON_WORDS, type Reason, type TargetKind, type Verb } from "../revocations/model.ts";
import type { NewSignal } from "./append-signals.ts";
import { CREDENTIAL_COMPROMISE, SESSION_REVOKED, type Subject } from "./model.ts";
import { complex, type Holder, holderSubject, issSub, jwtId, opaque, WHOLE_ISSUER } from "./subjects.ts";

/** An order as far as others are told of it. `holder` is of a token, family or session; null where nobody is known. */
export type ToldOrder = {
  id: string;
  verb: Verb;
  targetKind: TargetKind;
  targetId: string;
  reason: Reason;
  actorKind: string;
  effectiveFrom: Date;
  holder: Holder | null;
  /** Of a token. */
  tokenKind: "access" | "refresh" | null;
  /** Of a client: its `client_id`. */
  clientId: string | null;
  /** Where a peer's event caused it: what ties their events together, and the verifier behind that peer. */
  txn?: string | null;
  causedById?: string | null;
};

const INITIATORS: Record<string, string> = { admin: "admin", api_token: "admin", user: "user" };

/** The session that an order ends, in the words of the standard; null for a target that it has no subject for. */
function sessionOf(order: ToldOrder): Subject | null {
  const holder = order.holder === null ? null : holderSubject(order.holder);
  switch (order.targetKind) {
    case "user":
      return issSub(order.targetId);
    case "session":
    case "family":
      return complex({ user: holder, session: opaque(order.targetId) });
    case "token":
      return jwtId(order.targetId);
    case "client":
      return complex({ application: opaque(order.clientId ?? order.targetId) });
    case "group":
      return complex({ group: opaque(order.targetId) });
    case "everything":
      return complex({ tenant: WHOLE_ISSUER });
    case "permission":
    case "audience":
    case "signing_key":
    case "selection":
      return null;
    default:
      return order.targetKind satisfies never;
  }
}

/** Whose credential an order says is in other hands; null where it is nobody's in particular. */
function ownerOf(order: ToldOrder): Subject | null {
  switch (order.targetKind) {
    case "user":
      return issSub(order.targetId);
    case "client":
      return issSub(order.clientId ?? order.targetId);
    case "token":
      return (order.holder && holderSubject(order.holder)) ?? jwtId(order.targetId);
    case "session":
    case "family":
      return order.holder && holderSubject(order.holder);
    case "signing_key":
      return opaque(order.targetId);
    default:
      return null;
  }
}

/** CAEP names passwords and keys of people; a receiver that knows others takes these too (CAEP 1.0 section 3.3.1). */
function credentialOf(order: ToldOrder): string | null {
  switch (order.reason) {
    case "token_leaked":
      return order.tokenKind === "refresh" || order.targetKind === "family"
        ? "refresh_token"
        : "access_token";
    case "key_compromise":
      return order.targetKind === "client" ? "client_secret" : "signing_key";
    case "account_compromise":
      return order.targetKind === "client" ? "client_secret" : "password";
    default:
      return null;
  }
}

/**
 * What others are told of an order that takes back or suspends. A suspension is told as a revoked session: whoever signs in again after it is let in. Restores
 * and cancellations take nothing back that could be told. Never a note, a name or who gave the order.
 *
 * @see OpenID CAEP 1.0 section 3.1, OpenID RISC 1.0 section 2.7
 */
export function eventsOfOrder(order: ToldOrder): NewSignal[] {
  if (order.verb !== "revoke" && order.verb !== "suspend") return [];
  const claims = {
    event_timestamp: Math.floor(order.effectiveFrom.getTime() / 1000),
    initiating_entity: INITIATORS[order.actorKind] ?? "system",
    reason_admin: { en: REASON_WORDS[order.reason] },
  };
  const signals: NewSignal[] = [];
  const common = {
    at: order.effectiveFrom,
    orderId: order.id,
    txn: order.txn ?? undefined,
    causedById: order.causedById ?? undefined,
  };
  const session = sessionOf(order);
  if (session !== null) signals.push({ ...common, type: SESSION_REVOKED, subject: session, event: claims });
  const credential = credentialOf(order);
  const owner = credential === null ? null : ownerOf(order);
  if (owner !== null) {
    const { initiating_entity: _, ...rest } = claims;
    const event = { credential_type: credential, ...rest };
    signals.push({ ...common, type: CREDENTIAL_COMPROMISE, subject: owner, event });
  }
  return signals;
}
