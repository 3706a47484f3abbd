import { type Filter, findFilterKey, type TableDeclaration } from "#lib/list-query/define-table.ts";
import { findNegation } from "#lib/list-query/negations.ts";

/** Something that the type-ahead offers. `isDone`: the filter is whole with it. */
export type Offer = { insert: string; label: string; about: string; count?: string; isDone: boolean };

const TIMES = ["1h", "24h", "7d", "30d"];
const LIFETIMES = ["1h", "24h", "30d", "90d"];

/** The last piece of what is typed: what the type-ahead is about. `sign` leaves values out. */
export function lastPiece(text: string): {
  before: string;
  sign: "" | "-";
  key: string | null;
  part: string;
} {
  const before = text.slice(0, text.lastIndexOf(" ") + 1);
  const piece = text.slice(before.length);
  const sign = piece.startsWith("-") ? "-" : "";
  const match = /^-?([A-Za-z][A-Za-z0-9]*)(!=|>=|<=|[:<>])(.*)$/.exec(piece);
  if (match === null) return { before, sign, key: null, part: piece.slice(sign.length) };
  return { before, sign: match[2] === "!=" ? "-" : sign, key: match[1] ?? null, part: match[3] ?? "" };
}

export function quoted(value: string): string {
  return /^[^\s"]+$/.test(value) ? value : `"${value}"`;
}

/** Whether real values are offered for it. */
export function isOfValues(filter: Filter | undefined): boolean {
  return filter?.kind === "set" || filter?.kind === "country" || filter?.kind === "network";
}

function operatorOf(filter: Filter): string {
  return filter.kind === "time" ? "<" : filter.kind === "longer" ? ">" : ":";
}

export function offersOf(declaration: TableDeclaration, text: string): Offer[] {
  const { before: start, sign, key, part } = lastPiece(text);
  const before = `${start}${sign}`;
  const folded = part.toLowerCase();
  if (key === null)
    return Object.entries(declaration.filters)
      .filter(
        ([name, filter]) =>
          name !== declaration.search &&
          filter.negates === undefined &&
          (sign === "" || findNegation(declaration, name) !== null) &&
          `${name} ${filter.label}`.toLowerCase().includes(folded),
      )
      .map(([name, filter]) => ({
        insert: `${before}${name}${filter.kind === "flag" ? ":true" : operatorOf(filter)}`,
        label: `${sign}${name}${operatorOf(filter)}`,
        about: sign === "" ? (filter.hint ?? filter.label) : `${filter.label}: leave out`,
        isDone: filter.kind === "flag",
      }));
  const name = findFilterKey(declaration, key);
  const filter = name === null ? undefined : declaration.filters[name];
  if (name === null || filter === undefined) return [];
  if (filter.kind === "oneOf") {
    const words = filter.words as Record<string, string> | undefined;
    return filter.options
      .filter((option) => option.includes(folded))
      .map((option) => ({
        insert: `${before}${name}:${option} `,
        label: option,
        about: words?.[option] ?? "",
        isDone: true,
      }));
  }
  if (filter.kind === "longer")
    return LIFETIMES.filter((time) => time.startsWith(folded)).map((time) => ({
      insert: `${before}${name}>${time} `,
      label: `${name}>${time}`,
      about: `longer than ${time}`,
      isDone: true,
    }));
  if (filter.kind === "time")
    return TIMES.filter((time) => time.startsWith(folded)).map((time) => ({
      insert: `${before}${name}<${time} `,
      label: `${name}<${time}`,
      about: `${filter.looks === "back" ? "in the last" : "in the next"} ${time}`,
      isDone: true,
    }));
  return [];
}

/** A filter of this very list, for the field's hint. */
export function exampleOf(declaration: TableDeclaration): string {
  for (const [name, filter] of Object.entries(declaration.filters))
    if (filter.kind === "oneOf" && filter.options[0] !== undefined)
      return ` such as ${name}:${quoted(filter.options[0])}`;
  return "";
}
