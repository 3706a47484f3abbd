/** Files of users and groups, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const IMPORT_KINDS = ["users", "groups"] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** `reading` while its parts come, `ready` once it was compared, `applied`. */
export const IMPORT_STATES = ["reading", "ready", "applied"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

export const IMPORT_OUTCOMES = ["created", "changed", "unchanged", "refused"] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

/** What applying does, in numbers. `added` and `removed` are memberships of users, or permissions of groups. */
export type ImportSummary = Record<ImportOutcome, number> & {
  added: number;
  removed: number;
  /** Users or groups that lose something. */
  losing: number;
};

export type ImportDetail = {
  id: string;
  kind: ImportKind;
  fileName: string;
  state: ImportState;
  /** Columns of the file that change something, and those that are passed over. */
  columns: string[];
  passedOver: string[];
  /** Null until it was compared. */
  summary: ImportSummary | null;
  createdAt: string;
  /** One that was not applied by then is over. */
  expiresAt: string;
  appliedAt: string | null;
  by: string;
};

/** A row of the file, by its line. `before` holds what of `given` is otherwise now. */
export type ImportRow = {
  line: number;
  outcome: ImportOutcome;
  key: string | null;
  remark: string | null;
  targetId: string | null;
  given: Record<string, unknown>;
  before: Record<string, unknown> | null;
};

/** A file comes in parts of this size at most, in base64. */
export const IMPORT_PART_BYTES = 128 * 1024;
export const IMPORT_PARTS_MAX = 64;
export const IMPORT_FILE_BYTES = IMPORT_PART_BYTES * IMPORT_PARTS_MAX;
/** What is applied whole or not at all is one transaction, and has to be over in seconds. */
export const IMPORT_ROWS_MAX = 20_000;
/** One line of the file, all of its cells together. */
export const IMPORT_LINE_BYTES = 16 * 1024;
export const IMPORT_FILE_NAME_MAX = 120;
/** How long a comparison can be applied. */
export const IMPORT_MINUTES = 60;
export const IMPORT_PAGE = 100;
