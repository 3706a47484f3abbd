import { EVIDENCE_FORMAT } from "#lib/incidents/evidence.ts";
import type { VerifiedPack } from "#lib/incidents/verify-pack.ts";
import type { CompromisedSigner } from "#lib/seals/checkpoint.ts";
import { unprovedWords } from "#lib/seals/unproved-words.ts";
import type { Verification } from "#lib/seals/verify-evidence.ts";

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
const BROKEN_SHOWN = 50;
const when = (at: Date | null) => (at === null ? "never" : at.toISOString());

/** Keys that were compromised after they signed what holds, a line each. */
function compromisedLines(compromised: readonly CompromisedSigner[]): string[] {
  return compromised.map(
    ({ kid, since }) =>
      `COMPROMISED  key ${kid}, on ${since.toISOString()}: checkpoints of before hold, but whoever had it could have signed others with an earlier time. Hold them against a copy that was kept`,
  );
}

/** What was verified, what it rests on and what it does not cover, a line each. */
export function verificationLines(
  { uses, entries, checkpoints, gone, erased, problems }: Verification,
  { heldIn, hasOwnKeys }: { heldIn: string | null; hasOwnKeys: boolean },
): string[] {
  const isCut = problems.length > 0 ? ", as far as they were read" : "";
  const lines = [
    `uses         ${count(uses.rows, "row")} in ${count(uses.seals, "seal")} of ${count(uses.chains, "writer")}, the newest of ${when(uses.sealedUntil)}${isCut}`,
    `acts         ${count(entries.count, "entry", "entries")}, the newest of ${when(entries.lastAt)}; checkpoints cover them up to ${entries.covered}`,
    `checkpoints  ${count(checkpoints.count, "checkpoint")}, the newest of ${when(checkpoints.last?.at ?? null)}`,
  ];
  if (gone.days > 0)
    lines.push(
      `gone         ${count(gone.uses, "use")} of ${count(gone.days, "day")} from ${gone.from} to ${gone.to}, by retention; the last of them under checkpoint ${gone.checkpoint}`,
    );
  if (gone.acts !== null)
    lines.push(
      `gone         entries 1 to ${gone.acts.through}, from before ${gone.acts.until}, by retention, under checkpoint ${gone.acts.checkpoint}${
        gone.usesBefore === null ? "" : `; uses up to ${gone.usesBefore} had left by then`
      }`,
    );
  if (erased.people > 0)
    lines.push(
      `erased       ${count(erased.uses, "use")} and ${count(erased.acts, "act")} of ${count(erased.people, "person", "people")}, on request: what stays of them is proved${
        erased.unproved === 0
          ? ""
          : `, but of ${count(erased.unproved, "row")} from before rows had two parts, which were there and are`
      }`,
    );
  if (erased.underWay > 0)
    lines.push(
      `note         ${count(erased.underWay, "erasure")} under way: how many rows belong to it is not said yet`,
    );
  if (uses.unsealed > 0) lines.push(`not covered  ${count(uses.unsealed, "row")} without a seal yet`);
  if (uses.uncovered > 0)
    lines.push(`not covered  ${count(uses.uncovered, "seal")} without a checkpoint yet`);
  if (uses.rowsSealedByWorker > 0)
    lines.push(
      `note         ${count(uses.rowsSealedByWorker, "row")} sealed by a worker after their writer was gone: an edit in the minutes before that would not show`,
    );
  if (uses.before > 0)
    lines.push(
      `not covered  ${count(uses.before, "row")} from before there were seals: nothing speaks for them`,
    );
  if (entries.before > 0)
    lines.push(
      `note         entries 1 to ${entries.before} are from before there were seals: they hold together or not at all`,
    );
  lines.push(
    hasOwnKeys
      ? "keys         those that were given"
      : "keys         those that the evidence itself has: say --keys with a JWKS that you kept, or whoever rewrote it may have signed it anew",
    checkpoints.held === null
      ? "elsewhere    no checkpoint that is held elsewhere was given: if the end was cut off, or an older state was restored, it does not show"
      : `elsewhere    ${count(checkpoints.held, "checkpoint")} of ${heldIn} compared`,
    ...compromisedLines(checkpoints.compromised),
  );
  if (checkpoints.lost > 0)
    lines.push(
      `restored     ${count(checkpoints.lost, "checkpoint")} of ${heldIn} ${checkpoints.lost === 1 ? "is" : "are"} of a time that was lost${checkpoints.restores
        .map(({ at, by, sequence }) => `; ${by} confirmed so on ${when(at)} (entry ${sequence})`)
        .join("")}`,
    );
  return [...lines, ...brokenLines(problems)];
}

/** Faults of checkpoints first, which the rest may come of, and no more of them than somebody reads. */
function brokenLines(problems: Verification["problems"]): string[] {
  const isFirst = ({ chain }: (typeof problems)[number]) => chain === "checkpoints";
  const sorted = [...problems.filter(isFirst), ...problems.filter((problem) => !isFirst(problem))];
  const shown = sorted
    .slice(0, BROKEN_SHOWN)
    .map(
      ({ chain, sequence, says }) =>
        `BROKEN       ${chain === "admin" ? "acts" : chain} ${sequence}: ${says}`,
    );
  const more = sorted.length - shown.length;
  return more === 0 ? shown : [...shown, `BROKEN       and ${more.toLocaleString("en")} more`];
}

/** Records that are listed without a proof: how many, and why. */
function claimedLines(claimed: VerifiedPack["claimed"]): string[] {
  const said = claimed.filter((why) => why !== null);
  const rest = claimed.length - said.length;
  return [
    ...(said.length === 0
      ? []
      : [
          `claimed      ${count(said.length, "record")}, and not proved: ${unprovedWords(said)}. Nothing but what the product said when the pack left speaks for ${said.length === 1 ? "it" : "them"}`,
        ]),
    ...(rest === 0
      ? []
      : [
          `not covered  ${count(rest, "record")}: nothing in this pack proves ${rest === 1 ? "it" : "them"}, or says why`,
        ]),
  ];
}

function whyNotLeft({ format, isOther }: VerifiedPack): string {
  if (isOther) return "by the act that it brings something else did";
  return format === EVIDENCE_FORMAT
    ? "no checkpoint that holds here covers the act that let it out"
    : `packs of ${format} do not carry the act that let them out`;
}

/** What of an evidence pack was verified, a line each. */
export function packLines(
  pack: VerifiedPack,
  { heldIn, hasOwnKeys }: { heldIn: string | null; hasOwnKeys: boolean },
): string[] {
  const { uses, acts, checkpoints } = pack;
  const [first, last] = [checkpoints[0], checkpoints.at(-1)];
  return [
    `pack         case ${pack.number} of ${pack.environment}, made ${pack.generatedAt}: ${count(pack.records, "record")}, SHA-256 ${pack.sha256}`,
    ...(pack.isPageOfData === null
      ? []
      : [
          pack.isPageOfData
            ? "page         shows what its data says"
            : "page         not as this version writes it: it was changed, or made by another version; what is said here is of the data in it",
        ]),
    pack.left === null
      ? `UNPROVED     that this is what left: ${whyNotLeft(pack)}. Without that, what it says of notes, states and orders is not proved either: hold its SHA-256 against the audit log`
      : `left         as it is on ${pack.left.at} with ${pack.left.by}: act ${pack.left.sequence} of the log has its hash, so that all that it says is what the product said then`,
    `uses         ${uses.proved} of ${uses.of} proved: they stand in the log as it was sealed`,
    `acts         ${acts.proved} of ${acts.of} proved`,
    first === undefined || last === undefined
      ? "checkpoints  none: nothing of it is proved"
      : `checkpoints  ${count(checkpoints.length, "checkpoint")}, ${first.number === last.number ? "" : `from ${first.number} to `}${last.number}, the newest of ${last.at.toISOString()}`,
    ...claimedLines(pack.claimed),
    hasOwnKeys
      ? "keys         those that were given"
      : "keys         those that the pack itself has: say --keys with those that the authority publishes, or whoever made it up may have signed it",
    pack.held === null
      ? "elsewhere    no checkpoint that is held elsewhere was given"
      : `elsewhere    ${pack.held} of its ${count(checkpoints.length, "checkpoint")} ${pack.held === 1 ? "is" : "are"} in ${heldIn}`,
    ...compromisedLines(pack.compromised),
    ...pack.faults.map((fault) => `BROKEN       ${fault}`),
  ];
}
