import { createHash } from "node:crypto";
import { z } from "zod";
import type { CheckpointKey, CompromisedSigner } from "../seals/checkpoint.ts";
import { recordProofs } from "../seals/record-proofs.ts";
import { type VerifiedProofs, verifyRecordProofs } from "../seals/verify-record-proofs.ts";
import { canonicalJson, EVIDENCE_FORMAT, type EvidencePack, FORMAT_BEFORE, type Hashed } from "./evidence.ts";
import { dataOfPage, evidenceHtml, isAsWritten } from "./evidence-html.ts";
import { findLeft, type Left } from "./find-left.ts";
import { isSaidOnce } from "./said-once.ts";
import { type VerifiedRecords, verifyRecords } from "./verify-records.ts";

/** What a pack says of itself, and what of it is proved. */
export type VerifiedPack = {
  format: string;
  number: number;
  title: string;
  generatedAt: string;
  environment: string;
  records: number;
  sha256: string;
  uses: VerifiedRecords["uses"];
  acts: VerifiedRecords["acts"];
  claimed: VerifiedRecords["claimed"];
  checkpoints: VerifiedProofs["checkpoints"];
  held: number | null;
  /** Keys by which it holds, and which were compromised since. */
  compromised: CompromisedSigner[];
  /** Whether the page that people read is what this version makes of the data in it, which is what is verified; null of JSON. */
  isPageOfData: boolean | null;
  /** The act by which it left, with its hash, as the log has it on record; null where that is not proved. */
  left: Left | null;
  /** Whether an act of leaving is proved, and what left by it was something else. */
  isOther: boolean;
  /** What does not hold, a sentence each. */
  faults: string[];
};

/** A file is no pack that can be verified. `message` is one line for a person. */
export class PackError extends Error {
  override name = "PackError";
}

// what is read of it here; the rest is held against its hash
const STATED = {
  generatedAt: z.string(),
  environment: z.string(),
  incident: z.looseObject({ id: z.string(), number: z.int(), title: z.string(), sha256: z.string() }),
  tokens: z.looseObject({ rows: z.array(z.looseObject({ sha256: z.string() })) }),
  orders: z.array(z.looseObject({ sha256: z.string() })),
  uses: z.looseObject({
    rows: z.array(
      z.looseObject({
        id: z.string(),
        receivedAt: z.string(),
        token: z.looseObject({ id: z.string() }),
        client: z.looseObject({ id: z.string() }),
        user: z.looseObject({ id: z.string() }).nullable(),
        verifier: z.looseObject({ id: z.string() }).nullable(),
        sha256: z.string(),
      }),
    ),
  }),
  acts: z.array(
    z.looseObject({
      id: z.string(),
      sequence: z.string().regex(/^\d{1,18}$/),
      at: z.string(),
      actor: z.looseObject({}),
      target: z.looseObject({}),
      sha256: z.string(),
    }),
  ),
  proofs: recordProofs,
};
const INTEGRITY = { algorithm: z.literal("SHA-256"), records: z.int(), sha256: z.string() };
const shape = z.discriminatedUnion("format", [
  z.looseObject({
    format: z.literal(EVIDENCE_FORMAT),
    ...STATED,
    standing: z.looseObject({}),
    integrity: z.strictObject({ ...INTEGRITY, log: recordProofs.nullable() }),
  }),
  z.looseObject({
    format: z.literal(FORMAT_BEFORE),
    ...STATED,
    integrity: z.strictObject(INTEGRITY).transform((of) => ({ ...of, log: null })),
  }),
]);

/** Whether a file that begins so may be a pack, as HTML or as JSON. */
export function beginsAsPack(text: string): boolean {
  return text.startsWith("<!doctype html>") || /"format":\s*"tokenwarden-evidence\//.test(text);
}

const hashOf = (value: unknown) => createHash("sha256").update(canonicalJson(value)).digest("hex");

function isOwnHash({ sha256, ...record }: Hashed<object>): boolean {
  return hashOf(record) === sha256;
}

type Read = z.output<typeof shape>;

/** What of a file is not as it was written, whoever signed what. */
function faultsOfFile({
  text,
  data,
  json,
  read,
}: {
  text: string;
  data: string | null;
  json: unknown;
  read: Read;
}) {
  const faults: string[] = [];
  const { integrity, ...stated } = json as EvidencePack;
  if (hashOf(stated) !== integrity.sha256) faults.push("the pack was changed since it was made");
  if (!isSaidOnce(data ?? text, json))
    faults.push(
      "the file says something twice, or otherwise than it was written: whoever reads it may read another thing than is verified here",
    );
  // by what ends a script for a browser, and not here, a text of somebody's would be shown as a part of the page
  if (data?.includes("<") === true) faults.push("the page's data has what a browser may show");
  // pages from before they said what is refused now carry no hash of their own
  const hasOwnHash = read.format === EVIDENCE_FORMAT || "standing" in read;
  if (data !== null && hasOwnHash && !isAsWritten(text))
    faults.push("the page was changed since it was made");
  const records = recordsOf(stated);
  const changed = records.filter((record) => !isOwnHash(record)).length;
  if (changed > 0) faults.push(`${changed === 1 ? "1 record was" : `${changed} records were`} changed`);
  if (integrity.records !== records.length)
    faults.push(`the pack has ${records.length} records, and says that it has ${integrity.records}`);
  return faults;
}

function recordsOf(pack: Omit<EvidencePack, "integrity">): Hashed<object>[] {
  return [pack.incident, ...pack.tokens.rows, ...pack.orders, ...pack.uses.rows, ...pack.acts];
}

/** Whether a page is what this version makes of the data in it. */
function isPageOf(pack: EvidencePack, page: string): boolean {
  try {
    return evidenceHtml(pack) === page;
  } catch {
    // of data that is no pack's, or another version's
    return false;
  }
}

/**
 * Verifies an evidence pack by itself: that nothing of it was changed since it was made, that the log has on record that it left as it is, that the uses and acts that it shows stand in the log as that
 * was sealed and signed, and that those which are not proved have a reason for it against which nothing speaks. Of a pack of the format before, nothing proves that it is what left.
 *
 * @param text of the file, HTML or JSON.
 * @param keys null: those that the pack has.
 * @throws {PackError} where it is no pack of these formats.
 */
export async function verifyPack(
  text: string,
  { keys, held }: { keys: readonly CheckpointKey[] | null; held: readonly string[] | null },
): Promise<VerifiedPack> {
  const data = dataOfPage(text);
  let json: unknown;
  try {
    json = JSON.parse(data ?? text);
  } catch {
    throw new PackError("the file is no evidence pack, or not all of it is there");
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
    throw new PackError(
      `the file is no evidence pack of this version: ${[path.join("."), message].join(" ")}`,
    );
  }
  const pack = json as EvidencePack;
  const read = parsed.data;
  const using = { keys: keys ?? read.proofs.keys, held };
  const proofs = await verifyRecordProofs(read.proofs, using);
  const leaving = await findLeft(read, { page: data === null ? null : text, using });
  const records = verifyRecords(pack, read.proofs, { proofs, leaving: leaving.checkpoints });
  const faults = [
    ...faultsOfFile({ text, data, json, read }),
    ...proofs.faults,
    ...leaving.faults,
    ...records.faults,
  ];
  return {
    format: read.format,
    number: pack.incident.number,
    title: pack.incident.title,
    generatedAt: pack.generatedAt,
    environment: pack.environment,
    records: recordsOf(pack).length,
    sha256: pack.integrity.sha256,
    uses: records.uses,
    acts: records.acts,
    claimed: records.claimed,
    checkpoints: proofs.checkpoints,
    held: proofs.held,
    compromised: [
      ...new Map([...proofs.compromised, ...leaving.compromised].map((one) => [one.kid, one])).values(),
    ],
    isPageOfData: data === null ? null : isPageOf(pack, text),
    left: leaving.left,
    isOther: leaving.isOther,
    faults: [...new Set(faults)],
  };
}
