import type { Sql } from "../db/sql.ts";
import type { TokenUseRow, UseWriter } from "./use-writer.ts";

/** Uses of relaxed verifiers: answered first, written within a second after. */
export type RelaxedRecorder = {
  /** Keeps a row for the next write. Refuses (false) when too many wait: the caller writes it before it answers instead. */
  add(row: TokenUseRow): boolean;
  readonly waiting: number;
  stop(): Promise<void>;
};

export type RelaxedRecorderOptions = {
  db: Sql;
  writer: UseWriter;
  onWritten(rows: readonly TokenUseRow[]): void;
  onError(error: unknown): void;
  maxWaiting?: number;
};

const EVERY_MS = 500;
const MAX_BATCH = 500;

/** A bounded buffer in memory, emptied twice a second. What a crash takes with it is what the verifier chose to risk. */
export function createRelaxedRecorder(options: RelaxedRecorderOptions): RelaxedRecorder {
  const { db, writer, onWritten, onError, maxWaiting = 20_000 } = options;
  let waiting: TokenUseRow[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, MAX_BATCH);
      try {
        await writer.write(db, rows, null);
      } catch (error) {
        onError(error);
        return;
      }
      waiting = waiting.slice(rows.length);
      onWritten(rows);
    }
  }

  const flush = () => {
    writing = writing.then(write);
    return writing;
  };
  const timer = setInterval(() => void flush(), EVERY_MS);
  timer.unref();

  return {
    add(row) {
      if (waiting.length >= maxWaiting) return false;
      waiting.push(row);
      return true;
    },
    get waiting() {
      return waiting.length;
    },
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
