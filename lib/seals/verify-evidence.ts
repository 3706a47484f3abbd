import { ChainVerifier } from "./chain-verifier.ts";
import type { CheckpointKey } from "./checkpoint.ts";
import { type ErasedOnRequest, Erasures } from "./erasures.ts";
import { Gone, type GoneByRetention } from "./gone.ts";
import { type KnownRestore, KnownRestores } from "./known-restores.ts";
import { ADMIN_CHAIN, type Seal } from "./seal.ts";
import { type EvidenceSource, type PlacedUse, type Problem, Problems } from "./verification.ts";
import { type VerifiedCheckpoints, verifyCheckpoints } from "./verify-checkpoints.ts";
import { EntryVerifier, type VerifiedEntries } from "./verify-entries.ts";

/** A row that no seal covers after so long was not written by us, or whoever seals has been away for so long. */
const UNSEALED_AFTER_MINUTES = 10;

export type VerifiedUses = {
  rows: number;
  seals: number;
  chains: number;
  /** Rows that a worker sealed from what the database held after their writer was gone. */
  rowsSealedByWorker: number;
  /** When the newest seal was made. */
  sealedUntil: Date | null;
  /** Rows that wait for their seal. */
  unsealed: number;
  /** Rows of writers from before there were seals: nothing speaks for them. */
  before: number;
  /** Seals that no checkpoint covers yet. */
  uncovered: number;
};

export type Verification = {
  uses: VerifiedUses;
  entries: VerifiedEntries;
  checkpoints: Omit<VerifiedCheckpoints, "expected" | "problem"> & {
    /** Those that are held elsewhere and are of a time that was lost, and the restores that lost it. */
    lost: number;
    restores: KnownRestore[];
  };
  gone: GoneByRetention;
  erased: ErasedOnRequest;
  /** The first of each chain; none: all that is there holds. */
  problems: Problem[];
};

export type VerifyOptions = {
  /** Those that checkpoints may be signed by. */
  keys: readonly CheckpointKey[];
  /** Checkpoints that were kept where whoever owns the database cannot write; null where there are none. */
  held: readonly string[] | null;
  /** When the evidence was read or exported. */
  at: Date;
  onProgress?(done: { rows: number; until: Date }): void;
};

/**
 * Verifies evidence: that checkpoints are signed and follow each other, that entries and seals are those which they cover, and rows those which were sealed.
 * Reads everything once and holds little of it. Without a checkpoint that is held elsewhere, evidence whose end was cut off looks like evidence that ended there.
 */
export async function verifyEvidence(source: EvidenceSource, options: VerifyOptions): Promise<Verification> {
  const problems = new Problems();
  const { base } = source;
  const restores = new KnownRestores((await source.restores?.()) ?? []);
  const { expected, problem, ...checkpoints } = await verifyCheckpoints(source.checkpoints(), {
    ...options,
    base: base?.checkpoint ?? null,
    span: base,
    restores,
  });
  if (problem !== null) problems.add(problem.chain, problem.sequence, problem.says);
  const gone = new Gone(problems);
  gone.assume(base?.usesGoneUntil ?? null);
  const erasures = new Erasures(problems, gone);
  for (const entry of base?.erasures ?? []) erasures.note(entry);
  const entries = new EntryVerifier({ expected, gone, erasures, problems, span: base });
  for await (const entry of source.entries()) {
    restores.note(entry);
    entries.add(entry);
  }

  const lost = restores.end(problems);
  const chains = new Map<string, ChainVerifier>();
  const chainOf = (id: string) => {
    const known = chains.get(id);
    if (known !== undefined) return known;
    const chain = new ChainVerifier(
      id,
      { expected, gone, erasures, problems },
      base?.seals.get(id),
      base?.until,
    );
    chains.set(id, chain);
    return chain;
  };
  let read = 0;
  for await (const { until, seals, leaves, uses } of source.slices()) {
    const toClose: Seal[] = [];
    for await (const seal of seals) toClose.push(seal);
    for await (const leaf of leaves) chainOf(leaf.writerId).add(leaf);
    let before: PlacedUse | undefined;
    for await (const use of uses) {
      if (before !== undefined && (before.writerId !== use.writerId || before.flush !== use.flush))
        chainOf(before.writerId).complete(before.flush, until);
      chainOf(use.writerId).add(use);
      before = use;
      read += 1;
    }
    if (before !== undefined) chainOf(before.writerId).complete(before.flush, until);
    for (const seal of toClose) chainOf(seal.chain).close(seal);
    options.onProgress?.({ rows: read, until });
  }
  // what was erased while the rows were read is said by an act that came since
  for await (const entry of source.entriesSince()) entries.add(entry);
  const verifiedEntries = entries.end(base === undefined, base?.actsBefore);
  for (const chain of expected.keys()) if (chain !== ADMIN_CHAIN) chainOf(chain);

  const total: VerifiedUses = {
    rows: 0,
    seals: 0,
    chains: 0,
    rowsSealedByWorker: 0,
    sealedUntil: null,
    unsealed: 0,
    before: 0,
    uncovered: 0,
  };
  const isLate = (from: number) => from < options.at.getTime() - UNSEALED_AFTER_MINUTES * 60_000;
  const begin =
    (base === undefined ? checkpoints.first?.at : base.begin)?.getTime() ?? Number.POSITIVE_INFINITY;
  const isOfPart = (from: number) => base === undefined || from >= base.from.getTime();
  const isAfter = (from: number) => base !== undefined && from >= base.until.getTime();
  for (const [id, chain] of chains) {
    for (const { count, from } of chain.end()) {
      if (!isOfPart(from)) continue;
      if (chain.last === null && from < begin) total.before += count;
      else {
        if (!isAfter(from)) total.unsealed += count;
        if (isLate(from))
          problems.add(
            id,
            (chain.last?.sequence ?? 0n) + 1n,
            `rows of ${new Date(from).toISOString()} and later have no seal`,
          );
      }
    }
    if (chain.last === null || chain.seals === 0) continue;
    total.chains += 1;
    total.rows += chain.rows;
    total.seals += chain.seals;
    total.rowsSealedByWorker += chain.rowsSealedByWorker;
    total.uncovered += chain.uncovered;
    const { sealedUntil } = chain;
    if (sealedUntil !== null && (total.sealedUntil === null || sealedUntil > total.sealedUntil))
      total.sealedUntil = sealedUntil;
  }
  const erased = erasures.end(options.at, base === undefined);
  return {
    uses: total,
    entries: verifiedEntries,
    checkpoints: { ...checkpoints, ...lost },
    gone: gone.end(),
    erased,
    problems: problems.all,
  };
}
