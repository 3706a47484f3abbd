import { inForceFromMs, type Order, type Reason, type TargetKind, type Verb } from "./model.ts";

/** Of a row of `revocation_order` what decides: whom it reaches, how, and when. */
export type DecidingRecord = {
  id: string;
  position: bigint;
  verb: Verb;
  targetKind: TargetKind;
  targetId: string;
  cutoff: Date | null;
  effectiveFrom: Date;
  createdAt: Date;
  expiresAt: Date | null;
  reason: Reason;
  cancelsId: string | null;
};

/** An order as the pure model takes it. */
export function orderOfRecord(record: DecidingRecord): Order {
  return {
    id: record.id,
    position: record.position,
    verb: record.verb,
    targetKind: record.targetKind,
    targetId: record.targetId,
    cutoffMs: record.cutoff?.getTime() ?? null,
    effectiveFromMs: inForceFromMs(record),
    expiresAtMs: record.expiresAt?.getTime() ?? null,
    reason: record.reason,
    cancelsId: record.cancelsId,
  };
}
