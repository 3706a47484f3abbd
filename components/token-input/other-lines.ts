import type { Span } from "./see-token.ts";

/** What a line of a paste is in which no value stands for the first time: exactly one of them. */
export const OTHER_LINES = ["again", "part", "left", "secret", "nothing", "blank"] as const;
export type OtherLine = (typeof OTHER_LINES)[number];

/** The numbers of those lines, in their order. */
export type OtherLines = Record<OtherLine, number[]>;

type PasteOfLines = {
  text: string;
  /** The same without escapes, and then with what was in base64 as what it is: in the same lines. */
  plain: string;
  inside: string;
  /** Where each value that is looked up stands, its first place first. */
  taken: readonly (readonly Span[])[];
  /** Where those stand that are too many. */
  left: readonly Span[];
  /** Where secrets stand that are not looked up. */
  unasked: readonly Span[];
  /** The line from which on nothing more was looked for; null where all was read. */
  stoppedAt: number | null;
};

const begins = (spans: readonly Span[]) => new Set(spans.map(({ from }) => from));

/** The lines that a value goes on in, where it is broken over lines. */
function goesOn(spans: readonly Span[]): Set<number> {
  const lines = new Set<number>();
  for (const { from, to } of spans) for (let line = from + 1; line <= to; line += 1) lines.add(line);
  return lines;
}

/** Accounts for every line of a paste but those in which a value that is looked up stands for the first time. */
export function otherLines({
  text,
  plain,
  inside,
  taken,
  left,
  unasked,
  stoppedAt,
}: PasteOfLines): OtherLines {
  const lines = text.split("\n");
  // the last one has ended
  if (lines.at(-1) === "") lines.pop();
  const [escaped, encoded] = [plain.split("\n"), inside.split("\n")];
  const first = new Set(taken.flatMap(([span]) => span?.from ?? []));
  const again = begins(taken.flat());
  const parts = goesOn(taken.flat());
  const tooMany = begins(left);
  const secrets = begins(unasked);
  const others: OtherLines = { again: [], part: [], left: [], secret: [], nothing: [], blank: [] };
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (first.has(number)) continue;
    const isBlank = line.trim() === "";
    // base64 that went on in further lines stands in its first one
    const isPart = parts.has(number) || (escaped[index]?.trim() !== "" && encoded[index]?.trim() === "");
    if (again.has(number)) others.again.push(number);
    else if (isPart && !isBlank) others.part.push(number);
    else if (isBlank) others.blank.push(number);
    else if (tooMany.has(number) || (stoppedAt !== null && number >= stoppedAt)) others.left.push(number);
    else others[secrets.has(number) ? "secret" : "nothing"].push(number);
  }
  return others;
}
