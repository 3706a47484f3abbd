export type Settings = {
  mode: "full" | "short" | "smoke";
  /** Uses that are made before anything is measured, over `days`. */
  rows: number;
  days: number;
  /** How often each question is asked. */
  repeats: number;
  /** Rounds of ingest, each of ours and of the bare insert. */
  rounds: number;
  secondsPerRound: number;
  /** Rows of the export that is timed, at most. */
  exportRows: number;
  /** A data folder that is kept, and used again where it holds such a log; null: one of this run's own. */
  keepDir: string | null;
  /** Whether a CPU profile of the authority is taken. */
  profiles: boolean;
};

/** Below these it is a short run, whose table is not written. */
export const FULL_ROWS = 5_000_000;
const FULL = { days: 90, repeats: 5, rounds: 5, secondsPerRound: 4, exportRows: 500_000 };
const SMOKE = { days: 10, repeats: 1, rounds: 1, secondsPerRound: 0.4, exportRows: 1_000 };
export const SMOKE_ROWS = 5_000;

export function settingsOf({
  rows,
  isSmoke,
  keepDir,
  profiles,
}: { isSmoke: boolean } & Pick<Settings, "rows" | "keepDir" | "profiles">): Settings {
  if (isSmoke) return { mode: "smoke", rows, keepDir, profiles, ...SMOKE };
  return { mode: rows >= FULL_ROWS && !profiles ? "full" : "short", rows, keepDir, profiles, ...FULL };
}
