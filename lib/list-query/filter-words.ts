import { countryName } from "./country.ts";
import type { Filter, LongerValue, TimeValue } from "./define-table.ts";
import { type AnyFilterValue, parseInstant } from "./filter-value.ts";

/** How spans are written, and how many values of a filter are named: of the others it is said how many they are. */
export type FilterStyle = { span: (seconds: number) => string; namesShown: number };

/** What is said between a filter and its values: of rows that have them, and of rows that have not. */
export function operatorsOf(filter: Filter): readonly [has: string, hasNot: string] {
  return (filter.kind === "set" ? filter.operators : undefined) ?? ["is", "is not"];
}

function shortInstant(at: string): string {
  const iso = parseInstant(at) ?? at;
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function timeWords(
  value: TimeValue,
  looks: "back" | "ahead",
  { span: spanOf }: FilterStyle,
): { operator: string; value: string } {
  if (value.type === "range") {
    if (value.from === null) return { operator: "before", value: shortInstant(value.to ?? "") };
    if (value.to === null) return { operator: "since", value: shortInstant(value.from) };
    return { operator: "between", value: `${shortInstant(value.from)} and ${shortInstant(value.to)}` };
  }
  const span = spanOf(value.seconds);
  if (value.type === "within")
    return { operator: looks === "back" ? "in the last" : "in the next", value: span };
  return { operator: "more than", value: looks === "back" ? `${span} ago` : `${span} from now` };
}

/** `400..` as "400 and above", `400..451` as "400 to 451"; others as they are written. */
function statusWords(text: string): string {
  const [from, to] = text.split("..");
  if (to === undefined) return text;
  if (to === "") return `${from} and above`;
  return from === "" ? `up to ${to}` : `${from} to ${to}`;
}

/** A filter's value in words: `State is Active, Revoked +1`. Browser-safe. */
export function wordsOfFilter(
  filter: Filter,
  value: AnyFilterValue,
  style: FilterStyle,
): { operator: string; value: string } {
  switch (filter.kind) {
    case "flag":
      return { operator: "", value: "" };
    case "text":
      return { operator: "has", value: String(value) };
    case "id":
      return { operator: "is", value: String(value) };
    case "address":
      return { operator: String(value).includes("/") ? "in" : "is", value: String(value) };
    case "longer":
      return { operator: "over", value: style.span((value as LongerValue).seconds) };
    case "time":
      return timeWords(value as TimeValue, filter.looks, style);
    case "set":
    case "country":
    case "network":
    case "oneOf": {
      const all = value as readonly string[];
      const words =
        filter.kind === "oneOf" ? (filter.words as Record<string, string> | undefined) : undefined;
      const named = (one: string) => {
        if (filter.kind === "country") return countryName(one);
        return filter.kind === "set" && filter.format === "status" ? statusWords(one) : (words?.[one] ?? one);
      };
      const first = all.slice(0, style.namesShown).map(named);
      const rest = all.length - first.length;
      const [has, hasNot] = operatorsOf(filter);
      return {
        operator: filter.negates === undefined ? has : hasNot,
        value: `${first.join(", ")}${rest > 0 ? ` +${rest}` : ""}`,
      };
    }
    default:
      return filter satisfies never;
  }
}
