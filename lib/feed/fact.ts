import type { TargetKind, Verb } from "../revocations/model.ts";
import type { FeedEntry } from "../verification/read-orders.ts";

/**
 * An order as a verifier is told it: ids as a JWT has them, no names, reasons, notes or actors. Times are milliseconds since the epoch, `expires`
 * is seconds.
 */
export type OrderFact = {
  /** Dense and in commit order. */
  position: number;
  order: string;
  verb: Verb;
  /** user: `sub`; client: `client_id`; session: `sid`; signing_key: `kid`; permission, group, audience: names; everything: "*". */
  target: { kind: TargetKind; id: string };
  /** Tokens rooted at or before it are reached; not there for token, family, signing_key and selection. */
  cutoff?: number;
  /** Not there where it holds at once, whatever a clock says. */
  from?: number;
  /** When a suspension ends by itself. */
  until?: number;
  /** The order that this one calls off. */
  cancels?: string;
  /** From then on no token is left that it reaches: it may be forgotten. Not of the kinds signing_key and selection, nor of a restore or cancel. */
  expires?: number;
};

/** Tokens of a frozen selection that came into force together: base64url of 16 bytes each. */
export type SelectionFact = { position: number; selection: string; tokens: string };

export type Fact = OrderFact | SelectionFact;

/** What an entry does not say itself. */
export type FactDetails = {
  /** The protocol's client_id by the register's id. */
  clientIds: ReadonlyMap<string, string>;
  /** By order, in seconds since the epoch. */
  expires: ReadonlyMap<string, number>;
};

/** An entry of the feed as verifiers are told it. */
export function factOf(entry: FeedEntry, { clientIds, expires }: FactDetails): Fact {
  const position = Number(entry.position);
  if ("selectionId" in entry)
    return { position, selection: entry.selectionId, tokens: entry.ids.toString("base64url") };
  const { targetKind, targetId } = entry;
  const id = targetKind === "client" ? (clientIds.get(targetId) ?? targetId) : targetId;
  const over = expires.get(entry.id);
  return {
    position,
    order: entry.id,
    verb: entry.verb,
    target: { kind: targetKind, id },
    ...(entry.cutoffMs === null ? {} : { cutoff: entry.cutoffMs }),
    ...(entry.effectiveFromMs === Number.NEGATIVE_INFINITY ? {} : { from: entry.effectiveFromMs }),
    ...(entry.expiresAtMs === null ? {} : { until: entry.expiresAtMs }),
    ...(entry.cancelsId === null ? {} : { cancels: entry.cancelsId }),
    ...(over === undefined ? {} : { expires: over }),
  };
}

/** About what a fact takes as JSON, in bytes: selections alone are large. */
export function factBytes(fact: Fact): number {
  return "selection" in fact ? fact.tokens.length + 100 : 300 + fact.target.id.length;
}
