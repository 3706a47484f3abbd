import {
  type Checkpoint,
  type CheckpointKey,
  type CompromisedSigner,
  checkpointHash,
  compromisedSigners,
  NO_CHECKPOINT,
  readCheckpoint,
  signatureFault,
} from "./checkpoint.ts";
import { KnownRestores } from "./known-restores.ts";
import { isWithin, type Problem, type TimeSpan } from "./verification.ts";

/** What verified checkpoints say of where chains ended: by chain, by sequence. */
export type ExpectedHeads = Map<string, Map<bigint, { hash: string; checkpoint: bigint }>>;

export type VerifiedCheckpoints = {
  /** Of a part: those that were signed in its time. The next one, which covers its last seals, is verified with it. */
  count: number;
  /** Of the first and the last that hold. */
  first: Checkpoint | null;
  last: Checkpoint | null;
  /** How many were compared with what is held elsewhere; null where nothing is. */
  held: number | null;
  /** Keys by which some of them hold, and which were compromised since. */
  compromised: CompromisedSigner[];
  /** What vouches for the last one, which speaks for all before it: whether it is held elsewhere, and whether its key was compromised since. */
  end: { isHeld: boolean; isCompromised: boolean };
  expected: ExpectedHeads;
  problem: Problem | null;
};

type Options = {
  keys: readonly CheckpointKey[];
  held: readonly string[] | null;
  /** The checkpoint before the first that is read; null where that is the first of all. */
  base?: string | null;
  /** The part that is counted; undefined: all of it. */
  span?: TimeSpan | undefined;
  /** Those that need not be there. */
  restores?: KnownRestores;
};

function expect(expected: ExpectedHeads, { number, heads }: Checkpoint): void {
  for (const { chain, sequence, hash } of heads) {
    const ofChain = expected.get(chain) ?? new Map();
    expected.set(chain, ofChain);
    if (!ofChain.has(sequence)) ofChain.set(sequence, { hash, checkpoint: number });
  }
}

/** What is wrong with a checkpoint that follows another, or null. */
function faultOf(jws: string, one: Checkpoint | null, number: bigint, previous: string): string | null {
  if (one === null) return "it cannot be read";
  if (one.number < number) return `it is checkpoint ${one.number}, once more`;
  if (one.number > number) return "it is missing";
  if (one.previous !== previous) return "it does not follow the checkpoint before it";
  return jws === jws.trim() ? null : "it cannot be read";
}

/**
 * Verifies that checkpoints are whole, signed and each the next one after the one before, and that they are those which are held elsewhere. What is held
 * elsewhere and signed counts as a checkpoint, also where the evidence does not have it; but for what is said to be lost by a restore.
 */
export async function verifyCheckpoints(
  checkpoints: AsyncIterable<string>,
  { keys, held, base = null, span, restores = new KnownRestores([]) }: Options,
): Promise<VerifiedCheckpoints> {
  const expected: ExpectedHeads = new Map();
  const problems: Problem[] = [];
  const say = (sequence: bigint, says: string) => problems.push({ chain: "checkpoints", sequence, says });
  const elsewhere = new Map<bigint, string>();
  for (const jws of held ?? []) {
    const one = readCheckpoint(jws);
    if (one !== null && restores.isLost(one.number)) {
      elsewhere.set(one.number, jws);
      continue;
    }
    const fault = await signatureFault(jws, keys);
    if (one === null || fault !== null) {
      say(one?.number ?? 0n, `what is held elsewhere is ${fault ?? "nothing that can be read"}`);
      continue;
    }
    elsewhere.set(one.number, jws);
    expect(expected, one);
  }
  let [read, count, compared] = [0, 0, 0];
  let first: Checkpoint | null = null;
  let last: Checkpoint | null = null;
  let end = { isHeld: false, isCompromised: false };
  const compromised = new Map<string, CompromisedSigner>();
  let previous = NO_CHECKPOINT;
  let before = 0n;
  if (base !== null) {
    const one = readCheckpoint(base);
    const fault = await signatureFault(base, keys);
    if (one === null || fault !== null)
      say(one?.number ?? 0n, `it is ${fault ?? "nothing that can be read"}`);
    else {
      expect(expected, one);
      before = one.number;
      previous = checkpointHash(base);
    }
  }
  for await (const jws of checkpoints) {
    const number = before + BigInt(read + 1);
    const one = readCheckpoint(jws);
    const isCounted = one !== null && isWithin(one.at, span);
    const fault = faultOf(jws, one, number, previous);
    const unsigned = fault === null ? await signatureFault(jws, keys) : null;
    if (fault !== null) say(number, fault);
    else if (unsigned !== null) say(number, `it is ${unsigned}`);
    const kept = elsewhere.get(number);
    const signers = fault === null && unsigned === null ? compromisedSigners([jws], keys) : [];
    for (const signer of signers) compromised.set(signer.kid, signer);
    if (kept !== undefined) {
      if (isCounted) compared += 1;
      if (kept !== jws && restores.isLost(number)) restores.count(number);
      else if (kept !== jws) say(number, "it is not the one that is held elsewhere");
    }
    // whatever comes after the first that does not hold rests on nothing
    if (problems.length > 0) break;
    if (one !== null) {
      expect(expected, one);
      first ??= one;
      last = one;
      end = { isHeld: kept === jws, isCompromised: signers.length > 0 };
    }
    previous = checkpointHash(jws);
    read += 1;
    if (isCounted) count += 1;
  }
  let newest = 0n;
  for (const number of elsewhere.keys()) {
    if (!restores.isLost(number)) newest = number > newest ? number : newest;
    else if (number > before + BigInt(read)) restores.count(number);
  }
  if (problems.length === 0 && newest > before + BigInt(read))
    say(
      before + BigInt(read + 1),
      `it is missing, and all after it up to ${newest}, which is held elsewhere: the evidence was cut, or is older`,
    );
  const problem = problems.toSorted((one, other) => (one.sequence < other.sequence ? -1 : 1))[0] ?? null;
  return {
    count,
    first,
    last,
    held: held === null ? null : compared,
    compromised: [...compromised.values()],
    end,
    expected,
    problem,
  };
}
