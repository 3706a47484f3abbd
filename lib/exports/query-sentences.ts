import type {
  Direction,
  Filter,
  ListQuery,
  Sort,
  TableDeclaration,
  TimeFilter,
  TimeValue,
} from "../list-query/define-table.ts";
import type { AnyFilterValue } from "../list-query/filter-value.ts";
import { wordsOfFilter } from "../list-query/filter-words.ts";
import { timeWindow } from "../list-query/time-window.ts";

/** `2026-11-30 01:20:05 UTC`. */
export function instantWords(at: Date): string {
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;
}

const UNITS = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** A span in the largest unit that it has a whole number of, a single day as hours: "24 hours". */
function durationWords(seconds: number): string {
  const [size, word] =
    UNITS.find(([unit]) => seconds % unit === 0 && seconds > (unit === 86_400 ? unit : 0)) ?? UNITS[3];
  const count = seconds / size;
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/** A time that is told by its distance from now: it moves on until the file is made. */
function timeSentence(filter: TimeFilter, value: TimeValue, now: Date): string {
  const { from, to } = timeWindow(value, filter.looks, now);
  const [since, until] = [from && instantWords(from), to && instantWords(to)];
  const words =
    since !== null && until !== null
      ? `from ${since} to ${until}`
      : since !== null
        ? `since ${since}`
        : `before ${until}`;
  if (value.type === "range") return `${filter.label}: ${words}.`;
  const span = durationWords(value.seconds);
  const ago = filter.looks === "back" ? "ago" : "from now";
  const told =
    value.type === "within"
      ? `in the ${filter.looks === "back" ? "last" : "next"} ${span}`
      : `more than ${span} ${ago}`;
  return `${filter.label} ${told}, counted from when the file is made: ${words} if that were now.`;
}

const WAYS: Record<Sort["type"], Record<Direction, string>> = {
  time: { asc: "the oldest first", desc: "the newest first" },
  text: { asc: "from A to Z", desc: "from Z to A" },
  number: { asc: "the lowest first", desc: "the highest first" },
};

/** What a list's query asks for, in sentences: its time, its filters as their chips say them but all of their values, and its order. */
export function querySentences(table: TableDeclaration, { filters, sort }: ListQuery, now: Date): string[] {
  const style = { span: durationWords, namesShown: Number.POSITIVE_INFINITY };
  const given = Object.entries(table.filters as Record<string, Filter>).flatMap(([key, filter]) => {
    const value = (filters as Record<string, AnyFilterValue | undefined>)[key];
    return value === undefined ? [] : [{ filter, value }];
  });
  const times = given.flatMap(({ filter, value }) =>
    filter.kind === "time" ? [timeSentence(filter, value as TimeValue, now)] : [],
  );
  const others = given.flatMap(({ filter, value }) => {
    if (filter.kind === "time") return [];
    const words = wordsOfFilter(filter, value, style);
    return [[filter.label, words.operator, words.value].filter((part) => part !== "").join(" ")];
  });
  const isLog = table.filters.at?.kind === "time" && times.length === 0;
  const { label, type } = table.sorts[sort.key] ?? { label: sort.key, type: "text" };
  return [
    ...(isLog ? ["From the beginning of the log on."] : times),
    others.length > 0 ? `Filters: ${others.join("; ")}.` : "No filter: all of it.",
    `In the order of ${label}, ${WAYS[type][sort.direction]}.`,
  ];
}
