import type { Sql } from "../db/sql.ts";

const CHECK_MS = 1_000;

const IS_OPEN = "SELECT EXISTS (SELECT FROM restore WHERE confirmed_at IS NULL) AS open";

export type RestoreWatch = {
  /** As of the last look. */
  readonly isOpen: boolean;
  /** Looks now: who confirmed a moment ago is not sent back to the page that asks for it. Those who ask at once share one look. */
  look(): Promise<boolean>;
  stop(): void;
};

/** Whether a restore waits to be confirmed. */
export async function isRestoreOpen(db: Sql): Promise<boolean> {
  const [row] = await db.query<{ open: boolean }>(IS_OPEN);
  return row?.open === true;
}

/** Looks every second whether a restore waits to be confirmed. A database that does not answer changes nothing. */
export async function watchRestore(db: Sql, onOpen: () => void = () => {}): Promise<RestoreWatch> {
  let isOpen = await isRestoreOpen(db);
  let underWay: Promise<boolean> | null = null;
  async function ask(): Promise<boolean> {
    try {
      const now = await isRestoreOpen(db);
      const began = now && !isOpen;
      isOpen = now;
      if (began) onOpen();
    } catch {
      // whoever asks the database for its work says that it is away
    } finally {
      underWay = null;
    }
    return isOpen;
  }
  function look(): Promise<boolean> {
    underWay ??= ask();
    return underWay;
  }
  const timer = setInterval(() => void look(), CHECK_MS);
  timer.unref();
  return {
    get isOpen() {
      return isOpen;
    },
    look,
    stop: () => clearInterval(timer),
  };
}
