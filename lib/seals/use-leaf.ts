import { hash, randomBytes } from "node:crypto";

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
  /** In hexadecimal, and by its length the form of the row: see `useFormOf`. */
  salt: string;
};

/** Of what is written today: who knows a leaf cannot try out what it was made of. */
export const SALT_BYTES = 20;
const SALT_DIGITS = 2 * SALT_BYTES;
const HASH_DIGITS = 64;
/** Before the leaf of a row of `use/1`, which stands where its salt was. */
const BARE = "01";

/** Salts for the rows of a flush, one after the other. */
export function newSalts(count: number): Buffer {
  return randomBytes(SALT_BYTES * count);
}

/** Salts for the rows of a flush in hexadecimal, by the rows' places. */
export function useSalts(count: number): (ordinal: number) => string {
  return saltTexts(newSalts(count));
}

/** Salts that stand one after the other in hexadecimal, by their places. */
export function saltTexts(salts: Buffer): (ordinal: number) => string {
  const digits = salts.toString("hex");
  return (ordinal) => digits.slice(ordinal * SALT_DIGITS, (ordinal + 1) * SALT_DIGITS);
}

/**
 * whole: as it was written. erased: of `use/2` without what is personal, whose hash stands in place of the salt. bare: of `use/1` without what is personal; its leaf
 * stands in place of the salt, and nothing proves what the row still says.
 */
export type UseForm = "whole" | "erased" | "bare";

export function useFormOf({ salt }: Pick<SealedUse, "salt">): UseForm {
  if (salt.length === HASH_DIGITS) return "erased";
  return salt.length === BARE.length + HASH_DIGITS && salt.startsWith(BARE) ? "bare" : "whole";
}

/**
 * The salted hash of what is personal in a row, in hexadecimal: it stands in the leaf for it, so that the leaf stays what it was when that is erased. The twin of
 * `use_person_hash` in the schema: JSON as PostgreSQL writes an array, with a space after each comma.
 */
function personHash({ salt, path, ip, userAgent }: SealedUse): string {
  return hash(
    "sha256",
    `["use/2 person", "${salt}", ${JSON.stringify(path)}, ${JSON.stringify(ip)}, ${JSON.stringify(userAgent)}]`,
    "hex",
  );
}

/** What a leaf of `use/1` is made of: of rows from before `use/2`. */
function firstText(use: SealedUse): string {
  return JSON.stringify([
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
}

/** What a leaf of `use/2` is made of: what stays as evidence, and the hash of what is personal. */
function secondText(use: SealedUse, person: string): string {
  return JSON.stringify([
    "use/2",
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
    use.country,
    use.status,
    use.bytes,
    use.latencyUs,
    use.ordinal,
    person,
  ]);
}

/** Twice as fast as to have the hash as a buffer made outside of the engine. */
function sha256(text: string): Buffer {
  return Buffer.from(hash("sha256", text, "hex"), "hex");
}

const holdsNothingPersonal = ({ path, ip, userAgent }: SealedUse) =>
  path === null && ip === null && userAgent === null;

/**
 * SHA-256 over the JSON of an array in a fixed order, after the name of the format: the same text for the same row, whoever writes it. A row that was erased has the
 * leaf that it had, as long as nothing is written where something was erased.
 */
export function useLeaf(use: SealedUse): Buffer {
  const { salt } = use;
  if (salt.length === SALT_DIGITS) return sha256(secondText(use, personHash(use)));
  const form = useFormOf(use);
  if (form === "whole" || !holdsNothingPersonal(use)) return sha256(firstText(use));
  return form === "bare" ? Buffer.from(salt.slice(BARE.length), "hex") : sha256(secondText(use, salt));
}

/** A flush in the tree of its seal: its number, how many rows it wrote, and the root over their leaves. */
export function flushLeaf(flush: bigint, count: number, root: Buffer): Buffer {
  return sha256(`["flush/1",${flush},${count},"${root.toString("hex")}"]`);
}
