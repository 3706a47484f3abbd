import { hash } from "node:crypto";

/** A row of `token_use` as its leaf has it. Its writer and its flush are said by the seal and by the flush's own leaf. */
export type SealedUse = {
  id: string;
  receivedAt: Date;
  at: Date;
  outcome: string;
  refusal: string | null;
  source: string;
  tokenId: string;
  tokenKind: string;
  familyId: string;
  clientId: string;
  userId: string | null;
  subject: string;
  verifierId: string | null;
  audience: string | null;
  method: string | null;
  path: string | null;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
  status: number | null;
  bytes: number | null;
  latencyUs: number | null;
  /** Its place in the flush. */
  ordinal: number;
  /** 16 bytes in hexadecimal: who knows a leaf cannot try out what it was made of. */
  salt: string;
};

/** SHA-256 over the JSON of an array in this order, after the name of the format: the same text for the same row, whoever writes it. */
export function useLeaf(use: SealedUse): Buffer {
  const text = JSON.stringify([
    "use/1",
    use.id,
    use.receivedAt.getTime(),
    use.at.getTime(),
    use.outcome,
    use.refusal,
    use.source,
    use.tokenId,
    use.tokenKind,
    use.familyId,
    use.clientId,
    use.userId,
    use.subject,
    use.verifierId,
    use.audience,
    use.method,
    use.path,
    use.ip,
    use.country,
    use.userAgent,
    use.status,
    use.bytes,
    use.latencyUs,
    use.ordinal,
    use.salt,
  ]);
  return hash("sha256", text, "buffer");
}

/** A flush in the tree of its seal: its number, how many rows it wrote, and the root over their leaves. */
export function flushLeaf(flush: bigint, count: number, root: Buffer): Buffer {
  return hash("sha256", `["flush/1",${flush},${count},"${root.toString("hex")}"]`, "buffer");
}
