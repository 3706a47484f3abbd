/** How a person likes a table; browser-safe. */
export type TablePreferences = {
  /** true hides a column, false shows one that is hidden at first. */
  hidden: Record<string, boolean>;
  /** Pixels. */
  sizes: Record<string, number>;
  density: "comfortable" | "compact";
};

export const DEFAULT_TABLE_PREFERENCES: TablePreferences = {
  hidden: {},
  sizes: {},
  density: "comfortable",
};

/** By the table's name; tables that are not in it are as they come. */
export type AllTablePreferences = Partial<Record<string, TablePreferences>>;
