import { OTHER_LINES, type OtherLine } from "#components/token-input/other-lines.ts";
import type { Paste } from "#components/token-input/read-paste.ts";
import { FOUND_AS, type FoundAs, type IdentifiedValue } from "#lib/incidents/model.ts";

/** Whom lines name as their issuer, and how many do; null for none. */
export type IssuerCount = { issuer: string | null; lines: number };

/** Lines of a paste that are the same thing, by their numbers. */
export type LineAccount = {
  is: FoundAs | OtherLine;
  lines: number[];
  /** Of those that are not on record, those with the most lines first. */
  issuers: IssuerCount[];
};

type Account = { found: readonly IdentifiedValue[]; paste: Pick<Paste, "lines" | "issuers" | "others"> };

function issuersOf(lines: readonly number[], issuerOf: ReadonlyMap<number, string | null>): IssuerCount[] {
  const counts = new Map<string | null, number>();
  for (const line of lines) {
    const issuer = issuerOf.get(line) ?? null;
    counts.set(issuer, (counts.get(issuer) ?? 0) + 1);
  }
  return [...counts]
    .map(([issuer, count]) => ({ issuer, lines: count }))
    .sort(
      (one, other) => Number(one.issuer === null) - Number(other.issuer === null) || other.lines - one.lines,
    );
}

/**
 * What each line of a paste is, every one of them counted exactly once: a line in which several values stand counts as what is worst of them.
 */
export function accountOf({ found, paste: { lines, issuers, others } }: Account): LineAccount[] {
  const worst = new Map<number, FoundAs>();
  const issuerOf = new Map<number, string | null>();
  for (const [index, { is }] of found.entries()) {
    const line = lines[index];
    if (line === undefined) continue;
    const before = worst.get(line);
    if (before === undefined || FOUND_AS.indexOf(is) < FOUND_AS.indexOf(before)) worst.set(line, is);
    const issuer = issuers[index] ?? null;
    if (issuer !== null && !issuerOf.has(line)) issuerOf.set(line, issuer);
  }
  const numbersOf = (is: FoundAs) =>
    [...worst].flatMap(([line, one]) => (one === is ? [line] : [])).sort((one, other) => one - other);
  const held = FOUND_AS.map((is): LineAccount => {
    const numbers = numbersOf(is);
    return { is, lines: numbers, issuers: is === "foreign" ? issuersOf(numbers, issuerOf) : [] };
  });
  const rest = OTHER_LINES.map((is): LineAccount => ({ is, lines: others[is], issuers: [] }));
  return [...held, ...rest].filter((one) => one.lines.length > 0);
}
