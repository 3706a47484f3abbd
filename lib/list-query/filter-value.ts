import { parseAddress, plainAddress } from "./address.ts";
import { parseCountry } from "./country.ts";
import type { Filter, LongerValue, SetFilter, TimeValue } from "./define-table.ts";
import { FILTER_VALUES_MAX, TEXT_MAX } from "./define-table.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { formatStatus, parseStatus } from "./http-status.ts";
import { parsePath } from "./path-text.ts";

/** A value as the URL and the typed query write it, read and written in one place. Browser-safe. */
export type AnyFilterValue = string | true | TimeValue | LongerValue | readonly string[];
export type ParsedValue = { value: AnyFilterValue } | { problem: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// what no text column holds: a NUL cannot be stored, the rest is no one's name
const CONTROL = /\p{Cc}/u;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** An instant in UTC of `2026-11-21`, `2026-11-21T09:30` or a full ISO 8601 text; without a zone it is UTC. Null where it is none. */
export function parseInstant(text: string): string | null {
  if (!INSTANT.test(text)) return null;
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`;
  const at = new Date(zoned);
  if (Number.isNaN(at.getTime())) return null;
  const year = at.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? at.toISOString() : null;
}

function parseTime(text: string): TimeValue | null {
  const distance = /^(within|beyond):(.+)$/.exec(text);
  if (distance !== null) {
    const seconds = parseDuration(distance[2] as string);
    return seconds === null ? null : { type: distance[1] as "within" | "beyond", seconds };
  }
  const sides = text.split("..");
  if (sides.length !== 2) return null;
  const from = sides[0] === "" ? null : parseInstant(sides[0] as string);
  const to = sides[1] === "" ? null : parseInstant(sides[1] as string);
  if ((sides[0] !== "" && from === null) || (sides[1] !== "" && to === null)) return null;
  if (from === null && to === null) return null;
  if (from !== null && to !== null && from >= to) return null;
  return { type: "range", from, to };
}

/** How a time is written: `within:24h`, `beyond:7d`, `2026-11-01T00:00:00.000Z..`. */
export function formatTime(value: TimeValue): string {
  return value.type === "range"
    ? `${value.from ?? ""}..${value.to ?? ""}`
    : `${value.type}:${formatDuration(value.seconds)}`;
}

function parseText(raw: string, maxLength: number): string | { problem: string } {
  const text = raw.trim();
  if (text === "") return { problem: "Is empty." };
  if (text.length > maxLength) return { problem: `Is longer than ${maxLength} characters.` };
  if (CONTROL.test(text)) return { problem: "Has control characters." };
  return text;
}

const NETWORK_MAX = 4_294_967_295;

/** One address: of a stretch of them no row would have the text, and nothing found would be taken for nothing there. */
function parseOneAddress(text: string): { value: string } | { problem: string } {
  const address = text.includes("/") ? null : plainAddress(text);
  return address === null
    ? { problem: "Is no IP address: write one whole, such as 203.0.113.7 or 2001:db8::1, and no range." }
    : { value: address };
}

/** `AS15169` of that, of `as15169` and of `15169`; null for what is no number of a network. */
function parseNetwork(text: string): string | null {
  const digits = /^(?:AS)?0*(\d{1,10})$/i.exec(text)?.[1];
  return digits === undefined || Number(digits) > NETWORK_MAX ? null : `AS${digits}`;
}

const METHOD = /^[A-Z][A-Z-]{0,19}$/;

/** A value of a set as it is written, or what is wrong with it. */
function parseOfSet(format: SetFilter["format"], text: string): { value: string } | { problem: string } {
  switch (format) {
    case undefined:
    case "text":
      return { value: text };
    case "uuid": {
      const id = text.toLowerCase();
      return UUID.test(id) ? { value: id } : { problem: "Is no id." };
    }
    case "ip":
      return parseOneAddress(text);
    case "method": {
      const method = text.toUpperCase();
      return METHOD.test(method)
        ? { value: method }
        : { problem: "Is no method of HTTP: write GET, POST and the like." };
    }
    case "status": {
      const span = parseStatus(text);
      return span === null
        ? { problem: "Is no status of HTTP, which are 100 to 599: write 404, 5xx, >=400 or 400..499." }
        : { value: formatStatus(span) };
    }
    case "path": {
      const path = parsePath(text);
      return path === null
        ? { problem: "Has a * in its middle: write one at an end, as in /v1/* or */invoices." }
        : { value: path };
    }
    default:
      return format satisfies never;
  }
}

function parseSet(filter: SetFilter, texts: readonly string[]): ParsedValue {
  const values = new Set<string>();
  for (const text of texts) {
    const parsed = parseOfSet(filter.format, text);
    if ("problem" in parsed) return parsed;
    values.add(parsed.value);
  }
  return { value: [...values].sort() };
}

/** Kinds of which a row may have any of several values. */
const MANY: ReadonlySet<Filter["kind"]> = new Set(["set", "oneOf", "country", "network"]);

/** The typed value of a filter from the texts it was given, or what is wrong with them. */
export function parseFilterValue(filter: Filter, texts: readonly string[]): ParsedValue {
  if (!MANY.has(filter.kind) && texts.length > 1) return { problem: "Is given more than once." };
  if (texts.length > FILTER_VALUES_MAX) return { problem: `Has more than ${FILTER_VALUES_MAX} values.` };
  const values: string[] = [];
  for (const raw of texts) {
    const text = parseText(raw, filter.kind === "text" ? (filter.maxLength ?? TEXT_MAX) : TEXT_MAX);
    if (typeof text !== "string") return text;
    if (!values.includes(text)) values.push(text);
  }
  const [first] = values;
  if (first === undefined) return { problem: "Is empty." };
  switch (filter.kind) {
    case "text":
      return { value: first };
    case "id": {
      if (filter.format === "text") return { value: first };
      if (filter.format === "ip") return parseOneAddress(first);
      const id = first.toLowerCase();
      return UUID.test(id) ? { value: id } : { problem: "Is no id." };
    }
    case "set":
      return parseSet(filter, values);
    case "oneOf": {
      const unknown = values.find((value) => !filter.options.includes(value));
      return unknown === undefined
        ? { value: filter.options.filter((option) => values.includes(option)) }
        : { problem: `Is none of ${filter.options.join(", ")}.` };
    }
    case "country": {
      const codes = values.map(parseCountry);
      return codes.includes(null)
        ? { problem: "Is no country: write a code or an English name, such as DE or Germany, or unknown." }
        : { value: [...new Set(codes as string[])].sort() };
    }
    case "network": {
      const networks = values.map(parseNetwork);
      return networks.includes(null)
        ? { problem: "Is no network: write its number, such as AS15169." }
        : { value: [...new Set(networks as string[])].sort() };
    }
    case "flag":
      return first === "true" ? { value: true } : { problem: "Is not true." };
    case "time": {
      const time = parseTime(first);
      return time === null
        ? { problem: "Is no time: write within:24h, beyond:7d or 2026-11-01..2026-11-02." }
        : { value: time };
    }
    case "longer": {
      const seconds = first === "true" ? filter.defaultSeconds : parseDuration(first);
      return seconds === null
        ? { problem: "Is no span of time: write 1h, 24h or 90d." }
        : { value: { type: "longer", seconds } };
    }
    case "address": {
      const address = parseAddress(first);
      return address === null
        ? { problem: "Is no IP address or network: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32." }
        : { value: address };
    }
    default:
      return filter satisfies never;
  }
}

/** The texts of a filter's value, as the URL has them. */
export function formatFilterValue(value: AnyFilterValue): string[] {
  if (value === true) return ["true"];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return [...value];
  const span = value as TimeValue | LongerValue;
  return [span.type === "longer" ? formatDuration(span.seconds) : formatTime(span)];
}
