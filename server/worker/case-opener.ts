import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { openCaseOfReport } from "#lib/scanners/open-case-of-report.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 500;

export type CaseOpener = { start(): void; stop(): Promise<void> };

/** Opens cases of what scanners reported. What their policies take back does not wait for it. */
export function createCaseOpener(db: Database, url: string, log: Logger): CaseOpener {
  const loop = new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: () => openCaseOfReport(db),
    onError: (error) => logFailure(log, error, {}, "a report's case could not be opened; it is tried again"),
  });
  return { start: () => loop.start(), stop: () => loop.stop() };
}
