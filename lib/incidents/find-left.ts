import { z } from "zod";
import type { Checkpoint, CompromisedSigner } from "../seals/checkpoint.ts";
import type { recordProofs } from "../seals/record-proofs.ts";
import { verifyRecordProofs } from "../seals/verify-record-proofs.ts";
import { EVIDENCE_LEFT } from "./evidence.ts";
import { pageSha256 } from "./evidence-html.ts";

/** The act by which a pack left, with its hash, as the log has it on record. */
export type Left = { sequence: string; at: string; by: string };

/** The act by which a pack left; whether what left by it was something else. */
type Leaving = {
  left: Left | null;
  isOther: boolean;
  checkpoints: Checkpoint[];
  compromised: CompromisedSigner[];
  faults: string[];
};

type Stated = {
  incident: { id: string };
  integrity: { sha256: string; log: z.output<typeof recordProofs> | null };
};

const whatLeft = z.looseObject({ sha256: z.string(), pageSha256: z.string().optional() });

/** What the act of an export has on record; null where that was erased, or is something else. */
function readLeft(after: string | null): z.output<typeof whatLeft> | null {
  try {
    return after === null ? null : (whatLeft.safeParse(JSON.parse(after)).data ?? null);
  } catch {
    return null;
  }
}

/** Whether it is the proof of one act and of nothing else: no hash is over it, so that anything more in it is somebody's. */
function isOfOneAct({ acts, uses, seals, unproved }: z.output<typeof recordProofs>): boolean {
  return (
    acts.length === 1 &&
    acts[0]?.entries.length === 1 &&
    [uses, seals, unproved?.uses ?? [], unproved?.acts ?? []].every((others) => others.length === 0)
  );
}

/**
 * Whether the log has on record that this very pack left, and this very page where it is one.
 *
 * @param options.page null where it is JSON.
 */
export async function findLeft(
  { incident, integrity }: Stated,
  { page, using }: { page: string | null; using: Parameters<typeof verifyRecordProofs>[1] },
): Promise<Leaving> {
  if (integrity.log === null)
    return { left: null, isOther: false, checkpoints: [], compromised: [], faults: [] };
  const { acts, checkpoints, compromised, faults } = await verifyRecordProofs(integrity.log, using);
  const found = { checkpoints, compromised, faults };
  if (!isOfOneAct(integrity.log)) faults.push("the proof of its leaving has something else in it");
  const act = [...acts.values()].find(
    ({ act: name, targetId, outcome }) =>
      name === EVIDENCE_LEFT && targetId === incident.id && outcome === "done",
  );
  const was = act === undefined ? null : readLeft(act.after);
  if (act === undefined || was === null) return { left: null, isOther: false, ...found };
  const wrong = (what: string) => {
    faults.push(`what left, by act ${act.sequence}, was another ${what}`);
    return { left: null, isOther: true, ...found };
  };
  if (was.sha256 !== integrity.sha256) return wrong("pack");
  if (page !== null && was.pageSha256 !== pageSha256(page)) return wrong("page");
  const left = { sequence: String(act.sequence), at: act.at.toISOString(), by: act.actorName };
  return { left, isOther: false, ...found };
}
