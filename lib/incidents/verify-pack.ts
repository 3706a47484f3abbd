import { createHash } from "node:crypto";
import { z } from "zod";
import type { CheckpointKey } from "../seals/checkpoint.ts";
import type { ChainedEntry } from "../seals/entry-leaf.ts";
import { recordProofs } from "../seals/record-proofs.ts";
import type { SealedUse } from "../seals/use-leaf.ts";
import { type VerifiedProofs, verifyRecordProofs } from "../seals/verify-record-proofs.ts";
import { canonicalJson, EVIDENCE_FORMAT, EVIDENCE_LEFT, type EvidencePack, type Hashed } from "./evidence.ts";
import { dataOfPage, evidenceHtml, isAsWritten, pageSha256 } from "./evidence-html.ts";

/** What a pack says of itself, and what of it is proved. */
export type VerifiedPack = {
  number: number;
  title: string;
  generatedAt: string;
  environment: string;
  records: number;
  sha256: string;
  uses: { proved: number; of: number };
  acts: { proved: number; of: number };
  checkpoints: VerifiedProofs["checkpoints"];
  held: number | null;
  /** Whether the page that people read is what this version makes of the data in it, which is what is verified; null of JSON. */
  isPageOfData: boolean | null;
  /** The act by which it left, with its hash, as the log has it on record; null where that is not proved. */
  left: { sequence: string; at: string; by: string } | null;
  /** What does not hold, a sentence each. */
  faults: string[];
};

/** A file is no pack that can be verified. `message` is one line for a person. */
export class PackError extends Error {
  override name = "PackError";
}

// what is read of it here; the rest is held against its hash
const shape = z.looseObject({
  format: z.literal(EVIDENCE_FORMAT),
  generatedAt: z.string(),
  environment: z.string(),
  incident: z.looseObject({ id: z.string(), number: z.int(), title: z.string(), sha256: z.string() }),
  tokens: z.looseObject({ rows: z.array(z.looseObject({ sha256: z.string() })) }),
  orders: z.array(z.looseObject({ sha256: z.string() })),
  uses: z.looseObject({ rows: z.array(z.looseObject({ id: z.string(), sha256: z.string() })) }),
  acts: z.array(z.looseObject({ id: z.string(), sha256: z.string() })),
  proofs: recordProofs,
  standing: z.looseObject({}),
  integrity: z.strictObject({
    algorithm: z.literal("SHA-256"),
    records: z.int(),
    sha256: z.string(),
    log: recordProofs.nullable(),
  }),
});

/** Whether a file that begins so may be a pack, as HTML or as JSON. */
export function beginsAsPack(text: string): boolean {
  return text.startsWith("<!doctype html>") || /"format":\s*"tokenwarden-evidence\//.test(text);
}

const hashOf = (value: unknown) => createHash("sha256").update(canonicalJson(value)).digest("hex");

/** What of a use the pack shows and the log proves. */
function isSameUse(shown: EvidencePack["uses"]["rows"][number], proved: SealedUse): boolean {
  const of = (value: Date) => value.toISOString();
  const { token, client, user, verifier } = shown;
  return (
    canonicalJson([
      ...[shown.receivedAt, shown.at, shown.outcome, shown.refusal, shown.source, token.id, token.kind],
      ...[shown.familyId, client.id, shown.subject, verifier?.id ?? null, shown.audience, shown.method],
      ...[shown.path, shown.ip, shown.country, shown.userAgent, shown.status, shown.bytes],
      shown.latencyMicroseconds,
    ]) ===
      canonicalJson([
        ...[
          of(proved.receivedAt),
          of(proved.at),
          proved.outcome,
          proved.refusal,
          proved.source,
          proved.tokenId,
        ],
        ...[proved.tokenKind, proved.familyId, proved.clientId, proved.subject, proved.verifierId],
        ...[proved.audience, proved.method, proved.path, proved.ip, proved.country, proved.userAgent],
        ...[proved.status, proved.bytes, proved.latencyUs],
      ]) &&
    (user === null || user.id === proved.userId)
  );
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

function isSameAct(shown: EvidencePack["acts"][number], proved: ChainedEntry): boolean {
  const { actor, target } = shown;
  return (
    canonicalJson([
      ...[
        shown.sequence,
        shown.at,
        actor.kind,
        actor.id,
        actor.name,
        shown.act,
        shown.outcome,
        shown.errorCode,
      ],
      ...[target.kind, target.id, target.name, shown.reason, shown.note, shown.requestId, shown.ip],
      ...[shown.userAgent, shown.before, shown.after],
    ]) ===
    canonicalJson([
      ...[
        String(proved.sequence),
        proved.at.toISOString(),
        proved.actorKind,
        proved.actorId,
        proved.actorName,
      ],
      ...[
        proved.act,
        proved.outcome,
        proved.errorCode,
        proved.targetKind,
        proved.targetId,
        proved.targetName,
      ],
      ...[proved.reason, proved.note, proved.requestId, proved.ip, proved.userAgent],
      ...[parsed(proved.before), parsed(proved.after)],
    ])
  );
}

function isOwnHash({ sha256, ...record }: Hashed<object>): boolean {
  return hashOf(record) === sha256;
}

type Stated = z.output<typeof shape>;

/** Whether the log has on record that this very pack left, and this very page where it is one. */
async function findLeft(
  { incident, integrity }: Stated,
  page: string | null,
  using: Parameters<typeof verifyRecordProofs>[1],
): Promise<Pick<VerifiedPack, "left" | "faults">> {
  if (integrity.log === null) return { left: null, faults: [] };
  const { acts, faults } = await verifyRecordProofs(integrity.log, using);
  const [act] = [...acts.values()].filter(
    ({ act: name, targetId, outcome }) =>
      name === EVIDENCE_LEFT && targetId === incident.id && outcome === "done",
  );
  if (act === undefined) return { left: null, faults };
  const { data: after } = z
    .looseObject({ sha256: z.string(), pageSha256: z.string().optional() })
    .safeParse(parsed(act.after));
  if (after?.sha256 !== integrity.sha256)
    return { left: null, faults: [...faults, `what left, by act ${act.sequence}, was another pack`] };
  if (page !== null && after.pageSha256 !== pageSha256(page))
    return { left: null, faults: [...faults, `what left, by act ${act.sequence}, was another page`] };
  return { left: { sequence: String(act.sequence), at: act.at.toISOString(), by: act.actorName }, faults };
}

/**
 * Verifies an evidence pack by itself: that nothing of it was changed since it was made, that the log has on record that it left as it is, and that the uses and acts that it shows stand in the log as that was sealed and signed.
 *
 * @param text of the file, HTML or JSON.
 * @param keys null: those that the pack has.
 * @throws {PackError} where it is no pack of this format.
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
  const read = shape.safeParse(json);
  if (!read.success) {
    const { path, message } = read.error.issues[0] ?? { path: [], message: "" };
    throw new PackError(
      `the file is no evidence pack of this version: ${[path.join("."), message].join(" ")}`,
    );
  }
  const pack = json as EvidencePack;
  const { integrity, ...stated } = pack;
  const faults: string[] = [];
  if (hashOf(stated) !== integrity.sha256) faults.push("the pack was changed since it was made");
  if (data !== null && !isAsWritten(text)) faults.push("the page was changed since it was made");
  const records = [pack.incident, ...pack.tokens.rows, ...pack.orders, ...pack.uses.rows, ...pack.acts];
  const changed = records.filter((record) => !isOwnHash(record)).length;
  if (changed > 0) faults.push(`${changed === 1 ? "1 record was" : `${changed} records were`} changed`);
  const using = { keys: keys ?? read.data.proofs.keys, held };
  const proofs = await verifyRecordProofs(read.data.proofs, using);
  const { left, faults: leaving } = await findLeft(read.data, data === null ? null : text, using);
  faults.push(...proofs.faults, ...leaving);
  let [uses, acts] = [0, 0];
  for (const use of pack.uses.rows) {
    const proved = proofs.uses.get(use.id);
    if (proved === undefined) continue;
    if (isSameUse(use, proved)) uses += 1;
    else faults.push(`use ${use.id} is not what was sealed`);
  }
  for (const act of pack.acts) {
    const proved = proofs.acts.get(act.id);
    if (proved === undefined) continue;
    if (isSameAct(act, proved)) acts += 1;
    else faults.push(`act ${act.sequence} is not what was sealed`);
  }
  return {
    number: pack.incident.number,
    title: pack.incident.title,
    generatedAt: pack.generatedAt,
    environment: pack.environment,
    records: records.length,
    sha256: integrity.sha256,
    uses: { proved: uses, of: pack.uses.rows.length },
    acts: { proved: acts, of: pack.acts.length },
    checkpoints: proofs.checkpoints,
    held: proofs.held,
    isPageOfData: data === null ? null : evidenceHtml(pack) === text,
    left,
    faults: [...new Set(faults)],
  };
}
