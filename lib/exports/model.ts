import type { Total } from "../list-query/define-table.ts";
import type { ListName } from "../lists/model.ts";

/** Exports of lists, for every layer; browser-safe. */
export const EXPORT_FORMATS = ["csv", "ndjson", "ocsf"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_FORMAT_WORDS: Record<ExportFormat, { name: string; means: string }> = {
  csv: { name: "CSV", means: "For spreadsheets: flat columns, formulas made harmless" },
  ndjson: { name: "NDJSON", means: "For programs: a JSON object a line, as the API gives it" },
  ocsf: { name: "OCSF", means: "For SIEMs: an OCSF 1.8.0 event a line, as event streams send it" },
};

/** The lists whose rows are events: the schema has no place for anything else. */
const EVENT_LISTS: readonly ListName[] = ["token-uses", "audit-entries"];

/** The formats that a list is exported in. */
export function exportFormatsOf(list: ListName): readonly ExportFormat[] {
  return EXPORT_FORMATS.filter((format) => format !== "ocsf" || EVENT_LISTS.includes(list));
}

/** `waiting` for its reader, `running`, or how it ended: whole, by its owner, by its reader or process, or by a fault. */
export const EXPORT_STATES = ["waiting", "running", "completed", "cancelled", "cut", "failed"] as const;
export type ExportState = (typeof EXPORT_STATES)[number];

/** One export. Times are ISO 8601 in UTC. */
export type ExportDetail = {
  id: string;
  list: ListName;
  format: ExportFormat;
  /** Filters and order as the list's address has them. */
  query: string;
  state: ExportState;
  /** Rows and bytes that were written so far. */
  rows: number;
  bytes: number;
  /** As many rows as it may come to, of one that a second person approved; null of all others, and where nobody could tell them how many there are. */
  rowsMax: number | null;
  /** How many rows matched when it began; null before that, and where nobody counts them. */
  total: Total | null;
  createdAt: string;
  beganAt: string | null;
  endedAt: string | null;
  /** Why it is not whole, for people. */
  problem: string | null;
};

/** Lists grow while somebody decides: so much more than was told may leave, and whatever share of it is more than that. */
export const GROWN_ROWS = 100;
export const GROWN_SHARE = 0.1;

/** As many rows as an approved export may come to; null where it was not known how many there are. */
export function rowsMaxOf(told: Total | null | undefined): number | null {
  if (!told?.isExact) return null;
  return told.value + Math.max(GROWN_ROWS, Math.floor(told.value * GROWN_SHARE));
}

/** A prepared export that nobody fetches is over after this time. */
export const FETCH_WITHIN_SECONDS = 60;
/** Exports of one person, and of everybody, that may be open at once. */
export const OPEN_EXPORTS_OF_ONE = 2;
export const OPEN_EXPORTS_OF_ALL = 8;
