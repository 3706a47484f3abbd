import { z } from "zod";
import type { CheckpointKey } from "./checkpoint.ts";
import type { ChainedEntry } from "./entry-leaf.ts";
import type { Seal } from "./seal.ts";
import type { EvidenceSlice, EvidenceSource, KeptLeaf, PlacedUse } from "./verification.ts";

const EVIDENCE_FILE_FORMAT = "tokenwarden-audit/2";
/** From before entries had parts. */
const FIRST_FORMAT = "tokenwarden-audit/1";

/** A file is no evidence, or not all of it is there. `message` is one line for a person. */
export class EvidenceFileError extends Error {
  override name = "EvidenceFileError";
}

const bytes = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => Buffer.from(text, "hex"));
const integer = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt);
const time = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));
const nullable = z.string().nullable();
const hashText = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable();
const salt = z.string().regex(/^[0-9a-f]*$/);

/** A row of `audit_entry` as files have it. */
export const entryLine = z.strictObject({
  line: z.literal("entry"),
  id: z.string(),
  sequence: integer,
  at: time,
  actorKind: z.string(),
  actorId: z.string(),
  actorName: z.string(),
  act: z.string(),
  outcome: z.string(),
  errorCode: nullable,
  targetKind: z.string(),
  targetId: z.string(),
  targetName: z.string(),
  reason: nullable,
  note: nullable,
  before: nullable,
  after: nullable,
  requestId: z.string(),
  ip: nullable,
  userAgent: nullable,
  salt,
  chainHash: hashText,
  actorHash: hashText.default(null),
  targetHash: hashText.default(null),
  contentHash: hashText.default(null),
});

/** A seal as files have it. */
export const sealLine = z.strictObject({
  line: z.literal("seal"),
  chain: z.uuid(),
  sequence: integer,
  sealedAt: time,
  sealedBy: z.enum(["writer", "worker"]),
  firstFlush: integer,
  lastFlush: integer,
  openFlushes: z.array(integer),
  receivedFrom: time,
  receivedTo: time,
  count: z.int().positive(),
  root: bytes,
  previous: bytes,
  hash: bytes,
});

/** A row of `token_use` as files have it. */
export const useLine = z.strictObject({
  line: z.literal("use"),
  id: z.string(),
  receivedAt: time,
  at: time,
  outcome: z.string(),
  refusal: nullable,
  source: z.string(),
  tokenId: z.string(),
  tokenKind: z.string(),
  familyId: z.string(),
  clientId: z.string(),
  userId: nullable,
  subject: z.string(),
  verifierId: nullable,
  audience: nullable,
  method: nullable,
  path: nullable,
  ip: nullable,
  country: nullable,
  userAgent: nullable,
  status: z.int().nullable(),
  bytes: z.int().nullable(),
  latencyUs: z.int().nullable(),
  writerId: z.uuid(),
  flush: integer,
  ordinal: z.int(),
  salt,
});

const line = z.discriminatedUnion("line", [
  z.strictObject({
    line: z.literal("evidence"),
    format: z.enum([EVIDENCE_FILE_FORMAT, FIRST_FORMAT]),
    exportedAt: time,
    keys: z.array(
      z.strictObject({ kid: z.string(), alg: z.string(), jwk: z.record(z.string(), z.unknown()) }),
    ),
    // absent in files from before it was told
    restores: z.array(z.strictObject({ after: integer, upTo: integer })).default([]),
  }),
  z.strictObject({ line: z.literal("checkpoint"), jws: z.string() }),
  entryLine,
  z.strictObject({ line: z.literal("slice"), until: time }),
  sealLine,
  z.strictObject({
    line: z.literal("leaf"),
    id: z.string(),
    receivedAt: time,
    writerId: z.uuid(),
    flush: integer,
    ordinal: z.int(),
    leaf: bytes,
  }),
  useLine,
  z.strictObject({ line: z.literal("end"), lines: z.int().nonnegative() }),
]);
type Line = z.infer<typeof line>;

/** As JSON: times in UTC, sequences as text, bytes in hexadecimal. */
export function evidenceText(kind: Line["line"], value: object): string {
  const shown = Object.entries(value).map(([name, one]: [string, unknown]) => [
    name,
    Buffer.isBuffer(one) ? one.toString("hex") : one,
  ]);
  return JSON.stringify({ line: kind, ...Object.fromEntries(shown) }, (_, one: unknown) =>
    typeof one === "bigint" ? String(one) : one,
  );
}

/** Evidence as lines of a file (NDJSON), without their ends: checkpoints, entries, then seals and rows slice by slice, and the entries that came meanwhile. */
export async function* writeEvidence(
  source: EvidenceSource,
  { keys, at }: { keys: readonly CheckpointKey[]; at: Date },
): AsyncGenerator<string> {
  let lines = 0;
  const put = (kind: Line["line"], value: object) => {
    lines += 1;
    return evidenceText(kind, value);
  };
  const restores = (await source.restores?.()) ?? [];
  yield put("evidence", { format: EVIDENCE_FILE_FORMAT, exportedAt: at, keys, restores });
  for await (const jws of source.checkpoints()) yield put("checkpoint", { jws });
  for await (const entry of source.entries()) yield put("entry", entry);
  for await (const slice of source.slices()) {
    yield put("slice", { until: slice.until });
    for await (const seal of slice.seals) yield put("seal", seal);
    for await (const leaf of slice.leaves) yield put("leaf", leaf);
    for await (const use of slice.uses) yield put("use", use);
  }
  for await (const entry of source.entriesSince()) yield put("entry", entry);
  yield evidenceText("end", { lines });
}

/** Lines of a file, one looked at ahead. */
class Lines {
  readonly #lines: AsyncIterator<string>;
  #next: Line | null = null;
  #read = 0;

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async #advance(): Promise<Line> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new EvidenceFileError(`the file was cut off after line ${this.#read}`);
    let json: unknown;
    try {
      json = JSON.parse(value);
    } catch {
      throw new EvidenceFileError(`line ${this.#read + 1} of the file is no JSON`);
    }
    const parsed = line.safeParse(json);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
      throw new EvidenceFileError(
        `line ${this.#read + 1} of the file is no line of evidence: ${[...path, message].join(" ")}`,
      );
    }
    if (parsed.data.line === "end" && parsed.data.lines !== this.#read)
      throw new EvidenceFileError(`the file had ${parsed.data.lines} lines, ${this.#read} are there`);
    this.#read += 1;
    return parsed.data;
  }

  /** The next line if it is of this kind. */
  async take<Kind extends Line["line"]>(kind: Kind): Promise<Extract<Line, { line: Kind }> | null> {
    this.#next ??= await this.#advance();
    if (this.#next.line !== kind) return null;
    const taken = this.#next as Extract<Line, { line: Kind }>;
    // nothing comes after the end
    this.#next = kind === "end" ? taken : null;
    return taken;
  }

  async *all<Kind extends Line["line"]>(kind: Kind): AsyncGenerator<Extract<Line, { line: Kind }>> {
    for (;;) {
      const taken = await this.take(kind);
      if (taken === null) return;
      yield taken;
    }
  }

  /** @throws {EvidenceFileError} where something stands behind the end: it would be in no part, and vouched for by nothing. */
  async close(): Promise<void> {
    const { done } = await this.#lines.next();
    if (done !== true) throw new EvidenceFileError(`after its end, at line ${this.#read}, the file goes on`);
  }

  /** Reads what is left of a part that nobody read to its end: whoever finds a checkpoint that does not hold looks at none after it. */
  async pass(kind: Line["line"]): Promise<void> {
    while ((await this.take(kind)) !== null);
  }
}

export type EvidenceFile = { exportedAt: Date; keys: CheckpointKey[]; source: EvidenceSource };

async function* slicesOf(lines: Lines): AsyncGenerator<EvidenceSlice> {
  for await (const { until } of lines.all("slice"))
    yield {
      until,
      seals: lines.all("seal") satisfies AsyncIterable<Seal>,
      leaves: lines.all("leaf") satisfies AsyncIterable<KeptLeaf>,
      uses: lines.all("use") satisfies AsyncIterable<PlacedUse>,
    };
}

async function* lastEntriesOf(lines: Lines): AsyncGenerator<ChainedEntry> {
  yield* lines.all("entry");
  if ((await lines.take("end")) === null) throw new EvidenceFileError("the file's lines are not in order");
  await lines.close();
}

/**
 * Reads a file that `writeEvidence` made.
 *
 * @throws {EvidenceFileError} here or later, where it is no such file or was cut off.
 */
export async function readEvidenceFile(text: AsyncIterable<string>): Promise<EvidenceFile> {
  const lines = new Lines(text);
  const head = await lines.take("evidence");
  if (head === null) throw new EvidenceFileError("the file does not begin as evidence does");
  return {
    exportedAt: head.exportedAt,
    keys: head.keys,
    source: {
      restores: async () => head.restores,
      async *checkpoints() {
        for await (const { jws } of lines.all("checkpoint")) yield jws;
      },
      async *entries(): AsyncGenerator<ChainedEntry> {
        await lines.pass("checkpoint");
        yield* lines.all("entry");
      },
      slices: () => slicesOf(lines),
      entriesSince: () => lastEntriesOf(lines),
    },
  };
}
