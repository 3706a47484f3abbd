import type { Seal } from "./seal.ts";

/** A row of `seal` as SEAL_COLUMNS gives it. */
export type SealRecord = Omit<Seal, "count"> & { count: bigint };

export const SEAL_COLUMNS = `chain, sequence, sealed_at AS "sealedAt", sealed_by AS "sealedBy", first_flush AS "firstFlush", last_flush AS "lastFlush",
  open_flushes AS "openFlushes", received_from AS "receivedFrom", received_to AS "receivedTo", count, root, previous, hash`;

export function sealOf(record: SealRecord): Seal {
  // Prisma gives bytes that are no Buffer; an array of int8 comes with the driver's own elements
  return {
    ...record,
    openFlushes: record.openFlushes.map((flush) => BigInt(flush)),
    count: Number(record.count),
    root: Buffer.from(record.root),
    previous: Buffer.from(record.previous),
    hash: Buffer.from(record.hash),
  };
}
