import { generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { CompactSign, exportJWK } from "jose";
import { uuidv7 } from "../ids.ts";
import { CHECKPOINT_TYP, type CheckpointKey, checkpointClaims, NO_CHECKPOINT } from "./checkpoint.ts";
import { type ChainedEntry, chainStep, entryLeaf } from "./entry-leaf.ts";
import { evidenceText } from "./evidence-file.ts";
import { type MerkleProof, merkleProof, merkleRoot } from "./merkle.ts";
import type { RecordProofs } from "./record-proofs.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE, type Seal, sealHash } from "./seal.ts";
import { flushLeaf, type SealedUse, useLeaf, useSalts } from "./use-leaf.ts";

const T0 = Date.parse("2026-11-29T12:00:00.000Z");
const idOf = (place: number) => uuidv7(T0 + place);
const wayOf = ({ index, size, path }: MerkleProof) => ({
  index,
  size,
  path: path.map((one) => one.toString("hex")),
});
const jsonOf = (kind: "entry" | "seal" | "use", value: object) => JSON.parse(evidenceText(kind, value));

export const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => hash("sha256", `leaf ${index}`, "buffer"));

function usesOf(count: number, place: number): SealedUse[] {
  const saltOf = useSalts(count);
  return Array.from({ length: count }, (_, ordinal) => ({
    id: idOf(place + ordinal),
    receivedAt: new Date(T0 + place),
    at: new Date(T0 + place - 3),
    outcome: ordinal % 2 === 0 ? "allowed" : "refused",
    refusal: ordinal % 2 === 0 ? null : "revoked",
    source: "report",
    tokenId: idOf(1),
    tokenKind: "access",
    familyId: idOf(1),
    clientId: idOf(2),
    userId: null,
    subject: "billing",
    verifierId: idOf(3),
    audience: "billing",
    method: "GET",
    path: `/invoices/${place}`,
    ip: "2001:db8::1",
    country: "DE",
    userAgent: "curl/8",
    status: 200,
    bytes: 512,
    latencyUs: 40,
    ordinal,
    salt: saltOf(ordinal),
  }));
}

/** A seal over flushes of so many rows each, and the proofs of some of the rows. */
function sealOver(chain: string, before: Seal | null, sizes: readonly number[]) {
  const first = (before?.lastFlush ?? 0n) + 1n;
  const flushes = sizes.map((size, index) => {
    const flush = first + BigInt(index);
    const uses = usesOf(size, 1_000 * Number(flush));
    const leaves = uses.map(useLeaf);
    return { flush, uses, leaves, leaf: flushLeaf(flush, size, merkleRoot(leaves)) };
  });
  const all = flushes.map(({ leaf }) => leaf);
  const stated = {
    chain,
    sequence: (before?.sequence ?? 0n) + 1n,
    sealedAt: new Date(T0 + 60_000 * Number(first)),
    sealedBy: "writer" as const,
    firstFlush: first,
    lastFlush: first + BigInt(sizes.length - 1),
    openFlushes: [],
    receivedFrom: new Date(T0 + 1_000 * Number(first)),
    receivedTo: new Date(T0 + 1_000 * (Number(first) + sizes.length)),
    count: sizes.reduce((sum, size) => sum + size, 0),
    root: merkleRoot(all),
    previous: before?.hash ?? NOTHING_BEFORE,
  };
  const seal: Seal = { ...stated, hash: sealHash(stated) };
  const proofOf = (place: number, index: number): RecordProofs["uses"][number] => {
    const { flush, uses, leaves } = flushes[place] as (typeof flushes)[number];
    return {
      use: jsonOf("use", { ...(uses[index] as SealedUse), writerId: chain, flush }),
      seal: String(seal.sequence),
      inFlush: wayOf(merkleProof(leaves, index)),
      inSeal: wayOf(merkleProof(all, place)),
    };
  };
  return { seal, proofOf };
}

/** A stretch of the acts' chain, with some of its entries. */
function stretchOf(count: number, shown: readonly number[]) {
  const after = hash("sha256", "the head before", "buffer");
  let head: Buffer = after;
  const entries = Array.from({ length: count }, (_, index) => {
    const entry: ChainedEntry = {
      id: idOf(90_000 + index),
      sequence: BigInt(40 + index),
      at: new Date(T0 + index),
      actorKind: "admin",
      actorId: "a1",
      actorName: "Ana",
      act: "token.revoked",
      outcome: "succeeded",
      errorCode: null,
      targetKind: "token",
      targetId: idOf(1),
      targetName: idOf(1),
      reason: "token_leaked",
      note: "in a gist",
      before: null,
      after: '{"state": "revoked"}',
      requestId: idOf(5),
      ip: "192.0.2.7",
      userAgent: "Firefox",
      salt: hash("sha512", `salt ${index}`, "hex").slice(0, 96),
      chainHash: null,
      actorHash: null,
      targetHash: null,
      contentHash: null,
    };
    head = chainStep(head, entry.sequence, entryLeaf(entry));
    return { ...entry, chainHash: head.toString("hex") };
  });
  const stretch: RecordProofs["acts"][number] = {
    from: String(entries[0]?.sequence),
    after: after.toString("hex"),
    leaves: entries.map((entry) => entryLeaf(entry).toString("hex")),
    entries: shown.map((index) => jsonOf("entry", entries[index] as ChainedEntry)),
  };
  return { stretch, sequence: entries.at(-1)?.sequence ?? 0n, head: head.toString("hex") };
}

async function signed(claims: object, kid: string, key: KeyObject): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "ES256", typ: CHECKPOINT_TYP, kid })
    .sign(key);
}

/** Proofs of three uses in two seals and of two acts, under one signed checkpoint, as a pack has them; without a database. */
export async function makeTestProofs(): Promise<RecordProofs> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = "checkpoint-1";
  const key: CheckpointKey = {
    kid,
    alg: "ES256",
    jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" },
  };
  const chain = idOf(7);
  const one = sealOver(chain, null, [1, 5, 2]);
  const two = sealOver(chain, one.seal, [3]);
  const { stretch, sequence, head } = stretchOf(4, [0, 2]);
  const claims = checkpointClaims({
    number: 1n,
    at: new Date(T0 + 900_000),
    previous: NO_CHECKPOINT,
    heads: [
      { chain, sequence: two.seal.sequence, hash: two.seal.hash.toString("hex") },
      { chain: ADMIN_CHAIN, sequence, hash: head },
    ],
  });
  return {
    keys: [{ ...key, jwk: { ...key.jwk } }],
    checkpoints: [await signed(claims, kid, privateKey)],
    seals: [one.seal, two.seal].map((seal) => jsonOf("seal", seal)),
    uses: [one.proofOf(0, 0), one.proofOf(1, 3), two.proofOf(0, 2)],
    acts: [stretch],
  };
}
