import {
  type Filter,
  type FilterValues,
  findFilterKey,
  type LongerValue,
  type TableDeclaration,
  type TimeValue,
} from "./define-table.ts";
import { formatDuration } from "./duration.ts";
import { type AnyFilterValue, formatTime, parseFilterValue } from "./filter-value.ts";
import { findNegation } from "./negations.ts";

/** A piece of a typed query that could not be used, and why. */
export type TypedProblem = { text: string; message: string };

type Piece = { text: string; key: string | null; isNegated: boolean; operator: string; value: string };

const PIECE = /(?:(-)?([A-Za-z][A-Za-z0-9]*)(:|!=|>=|<=|<|>))?(?:"((?:[^"\\]|\\.)*)"|(\S+))/g;

function pieces(text: string): Piece[] {
  return [...text.matchAll(PIECE)].map((match) => ({
    text: match[0],
    key: match[2] ?? null,
    isNegated: match[1] !== undefined || match[3] === "!=",
    operator: match[3] === "!=" ? ":" : (match[3] ?? ""),
    value: match[4] === undefined ? (match[5] as string) : match[4].replace(/\\(.)/g, "$1"),
  }));
}

function urlText(filter: Filter, piece: Piece): string | null {
  if (piece.operator === ":") return piece.value;
  if (filter.kind === "set" && filter.format === "status") return `${piece.operator}${piece.value}`;
  if (filter.kind === "longer") return piece.operator === ">" ? piece.value : null;
  if (filter.kind !== "time" || piece.operator.length > 1) return null;
  return `${piece.operator === "<" ? "within" : "beyond"}:${piece.value}`;
}

function takes(filter: Filter): string {
  return filter.kind === "longer" ? "a colon or >" : "a colon";
}

/**
 * The filters of a typed query such as `client:billing scope:payments:write status:active expires<24h`. A key twice means either
 * value; a minus before the key, or `!=` after it, leaves values out; words without a key are searched for. What is not understood is named, never guessed. Browser-safe.
 */
export function parseTypedQuery<T extends TableDeclaration>(
  table: T,
  text: string,
): { filters: FilterValues<T>; problems: TypedProblem[] } {
  const problems: TypedProblem[] = [];
  const words: string[] = [];
  const texts = new Map<string, { piece: Piece; values: string[] }>();
  for (const piece of pieces(text)) {
    if (piece.key === null) {
      words.push(piece.value);
      continue;
    }
    const named = findFilterKey(table, piece.key);
    const key = named !== null && piece.isNegated ? findNegation(table, named) : named;
    const value = key === null ? null : urlText(table.filters[key] as Filter, piece);
    if (named !== null && key === null)
      problems.push({ text: piece.text, message: `Values of ${piece.key} cannot be left out here.` });
    else if (key === null) problems.push({ text: piece.text, message: `There is no filter ${piece.key}.` });
    else if (value === null)
      problems.push({
        text: piece.text,
        message: `${piece.key} takes ${takes(table.filters[key] as Filter)}.`,
      });
    else texts.set(key, { piece, values: [...(texts.get(key)?.values ?? []), value] });
  }
  if (words.length > 0) {
    if (table.search === undefined)
      problems.push({ text: words.join(" "), message: "Write a filter, such as name:value." });
    else {
      const piece = {
        text: words.join(" "),
        key: table.search,
        isNegated: false,
        operator: ":",
        value: "",
      };
      texts.set(table.search, { piece, values: [words.join(" ")] });
    }
  }
  const filters: Record<string, unknown> = {};
  for (const [key, { piece, values }] of texts) {
    const parsed = parseFilterValue(table.filters[key] as Filter, values);
    if ("value" in parsed) filters[key] = parsed.value;
    else problems.push({ text: piece.text, message: `${nameOf(table, key)}: ${parsed.problem}` });
  }
  return { filters: filters as FilterValues<T>, problems };
}

/** How a filter is typed. */
function nameOf(table: TableDeclaration, key: string): string {
  const negates = table.filters[key]?.negates;
  return negates === undefined ? key : `-${negates}`;
}

function quoted(text: string): string {
  return /^[^\s"]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function word(text: string): string {
  return /^[^\s":<>!]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** A value of a set: statuses that are open to one side are compared. */
function typedOfSet(filter: Filter, key: string, text: string): string {
  const open =
    filter.kind === "set" && filter.format === "status" ? /^(?:(\d+)\.\.|\.\.(\d+))$/.exec(text) : null;
  if (open === null) return `${key}:${quoted(text)}`;
  return open[1] === undefined ? `${key}<=${open[2]}` : `${key}>=${open[1]}`;
}

function typedTime(key: string, value: TimeValue): string {
  if (value.type === "range") return `${key}:${formatTime(value)}`;
  return `${key}${value.type === "within" ? "<" : ">"}${formatDuration(value.seconds)}`;
}

/** The text a person would have typed for these filters, in the table's order. */
export function formatTypedQuery<T extends TableDeclaration>(table: T, filters: FilterValues<T>): string {
  const out: string[] = [];
  for (const key of Object.keys(table.filters)) {
    const value = (filters as Record<string, AnyFilterValue | undefined>)[key];
    if (value === undefined) continue;
    const filter = table.filters[key] as Filter;
    const name = nameOf(table, key);
    if (value === true) out.push(`${key}:true`);
    else if (typeof value === "string")
      out.push(key === table.search ? value.split(" ").map(word).join(" ") : `${key}:${quoted(value)}`);
    else if (Array.isArray(value)) out.push(...value.map((one) => typedOfSet(filter, name, one)));
    else if ((value as LongerValue).type === "longer")
      out.push(`${key}>${formatDuration((value as LongerValue).seconds)}`);
    else out.push(typedTime(key, value as TimeValue));
  }
  return out.join(" ");
}
