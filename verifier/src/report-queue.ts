import { type Authority, UnexpectedAnswer } from "./authority.ts";
import { VerifierError } from "./errors.ts";
import { errorOf, type Tell } from "./events.ts";
import type { Settings } from "./options.ts";
import { backoffMs, pause } from "./pause.ts";
import type { Report } from "./report.ts";
import { ReportJournal } from "./report-journal.ts";

/** What the endpoint takes at once: 1,000 reports and 1 MB. Smaller, so that headers and names fit in. */
const BATCH_MAX = 500;
const BATCH_BYTES = 900_000;
const COLLECT_MS = 200;
const RETRY_MAX_MS = 10_000;

export type ReportQueueOptions = {
  authority: Pick<Authority, "askJson" | "endpoint">;
  settings: NonNullable<Settings["reports"]>;
  instance: string;
  tell: Tell;
};

/**
 * Uses on their way to the authority: in order, in batches, until each is acknowledged. Bounded: what finds no room is lost, counted and said,
 * or, where that is not allowed, not taken.
 */
export class ReportQueue {
  readonly #options: ReportQueueOptions;
  #waiting: Report[] = [];
  #journal: ReportJournal | null = null;
  /** Writes to the file under way, by report; true: it is in the file. */
  readonly #writing = new Map<Report, Promise<boolean>>();
  /** Reports that wait, and are not in the file: it takes no count of them. */
  readonly #unwritten = new Set<Report>();
  #lost = 0;
  #lostUnsaid = 0;
  #isClosing = false;
  readonly #stopped = new AbortController();
  #wake: () => void = () => undefined;
  #batchMax = BATCH_MAX;
  #opening: Promise<void> | null = null;

  constructor(options: ReportQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Reports lost since the beginning. */
  get lost(): number {
    return this.#lost;
  }

  /** No further report finds room. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#options.settings.capacity;
  }

  /**
   * Takes a report. With strict audit it resolves when the report is on the disk, where there is a path.
   *
   * @throws {VerifierError} `audit_unavailable` with strict audit, where there is no room or the disk does not take it.
   */
  async add(report: Report): Promise<void> {
    const { settings, tell } = this.#options;
    if (this.isFull || this.#isClosing) {
      if (settings.isStrict)
        throw new VerifierError("audit_unavailable", "Uses cannot be put on record at the moment.");
      this.#lose(1, "the buffer is full");
      return;
    }
    if (settings.isStrict && settings.path !== null && this.#journal === null)
      throw new VerifierError("audit_unavailable", "Uses cannot be put on record at the moment.");
    this.#waiting.push(report);
    this.#wake();
    if (this.#journal === null) return;
    const written = this.#write(this.#journal, report);
    if (!settings.isStrict) {
      written.catch((error: unknown) =>
        tell({ type: "reports_delayed", error: errorOf(error), waiting: this.waiting }),
      );
      return;
    }
    try {
      await written;
    } catch (cause) {
      // what is refused for it was no use
      this.#withdraw(report);
      throw new VerifierError("audit_unavailable", "Uses cannot be put on record at the moment.", { cause });
    }
  }

  /** @throws what the file system says. */
  async #write(journal: ReportJournal, report: Report): Promise<void> {
    const written = journal.append(report, this.#options.settings.isStrict);
    const settled = written.then(
      () => true,
      () => false,
    );
    this.#writing.set(report, settled);
    try {
      await written;
    } catch (error) {
      this.#unwritten.add(report);
      throw error;
    } finally {
      this.#writing.delete(report);
    }
  }

  #withdraw(report: Report): void {
    this.#unwritten.delete(report);
    const at = this.#waiting.lastIndexOf(report);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #lose(count: number, why: string): void {
    this.#lost += count;
    this.#lostUnsaid += count;
    // each one of a flood would be a flood of its own
    if (this.#lost === count || this.#lost % 1_000 < count)
      this.#options.tell({ type: "reports_lost", lost: this.#lost, why });
  }

  /** Opens the file, if there is one. @throws what the file system says, or where another process has it. */
  open(): Promise<void> {
    const { path } = this.#options.settings;
    if (path === null || this.#journal !== null) return Promise.resolve();
    this.#opening ??= this.#openFile(path).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #openFile(path: string): Promise<void> {
    const { journal, reports, unreadable } = await ReportJournal.open(path);
    if (unreadable > 0) this.#lose(unreadable, "lines of the file cannot be read");
    const held = this.#waiting;
    this.#waiting = [...reports, ...held];
    this.#journal = journal;
    for (const report of held) this.#write(journal, report).catch(() => undefined);
  }

  async #openInTime(): Promise<void> {
    for (let attempt = 0; !this.#isClosing; attempt += 1) {
      try {
        await this.open();
        return;
      } catch (thrown) {
        this.#options.tell({ type: "reports_delayed", error: errorOf(thrown), waiting: this.waiting });
        await this.#news(backoffMs(attempt, RETRY_MAX_MS));
      }
    }
  }

  /** Sends for ever, until it is closed. */
  async run(): Promise<void> {
    await this.#openInTime();
    for (let attempt = 0; !this.#stopped.signal.aborted; ) {
      if (this.#waiting.length === 0) {
        if (this.#isClosing) return;
        if (!this.#isClosing) await this.#news(2 ** 30);
        continue;
      }
      if (this.#waiting.length < this.#batchMax && !this.#isClosing)
        await pause(COLLECT_MS, this.#stopped.signal);
      try {
        // what strict audit has not on the disk may yet be refused
        if (!(await this.#sendSome())) await this.#anyWritten();
        attempt = 0;
      } catch (thrown) {
        if (this.#stopped.signal.aborted) return;
        this.#options.tell({ type: "reports_delayed", error: errorOf(thrown), waiting: this.waiting });
        await pause(backoffMs(attempt, RETRY_MAX_MS), this.#stopped.signal);
        attempt += 1;
      }
    }
  }

  /** Until something is to be done, or the time is over. */
  async #news(withinMs: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await pause(withinMs, woken.signal);
    this.#wake = () => undefined;
  }

  #batch(): Report[] {
    const batch: Report[] = [];
    let bytes = 0;
    for (const report of this.#waiting) {
      if (this.#options.settings.isStrict && this.#writing.has(report)) break;
      bytes += JSON.stringify(report).length * 2;
      if (batch.length > 0 && (bytes > BATCH_BYTES || batch.length >= this.#batchMax)) break;
      batch.push(report);
    }
    return batch;
  }

  /** Until the first of what waits is in the file, or will not be. */
  async #anyWritten(): Promise<void> {
    const first = this.#waiting[0];
    await (first === undefined ? undefined : this.#writing.get(first));
    // whoever waits for it is refused first
    await pause(0, this.#stopped.signal);
  }

  /** @returns false where nothing of what waits may be sent yet. */
  async #sendSome(): Promise<boolean> {
    const { authority, instance } = this.#options;
    const batch = this.#batch();
    if (batch.length === 0) return false;
    const lost = this.#lostUnsaid;
    let answer: Record<string, unknown>;
    try {
      answer = await authority.askJson(await authority.endpoint("reports"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ instance, ...(lost === 0 ? {} : { lost: this.#lost }), reports: batch }),
        signal: this.#stopped.signal,
      });
    } catch (thrown) {
      const status = thrown instanceof UnexpectedAnswer ? thrown.status : 0;
      if (status !== 400 && status !== 413) throw thrown;
      await this.#narrow(batch);
      return true;
    }
    this.#lostUnsaid -= lost;
    this.#batchMax = BATCH_MAX;
    for (const entry of Array.isArray(answer.results) ? answer.results : []) {
      const { id, result, code } = entry as Record<string, unknown>;
      if (result === "refused")
        this.#options.tell({ type: "report_refused", id: String(id), code: String(code) });
    }
    await this.#done(batch);
    return true;
  }

  /** A body that is refused as a whole is cut in half, until the one report is found that nobody takes. */
  async #narrow(batch: Report[]): Promise<void> {
    if (batch.length > 1) {
      this.#batchMax = Math.max(1, Math.floor(batch.length / 2));
      return;
    }
    this.#options.tell({ type: "report_refused", id: batch[0]?.id ?? "", code: "invalid" });
    this.#lose(1, "the authority does not take it");
    this.#batchMax = BATCH_MAX;
    await this.#done(batch);
  }

  async #done(batch: readonly Report[]): Promise<void> {
    this.#waiting.splice(0, batch.length);
    if (this.#journal === null) return;
    await Promise.all(batch.map((report) => this.#writing.get(report)));
    const inFile = batch.filter((report) => !this.#unwritten.delete(report)).length;
    // an error here means that something is sent twice, and recorded once
    const isAnew = await this.#journal.done(inFile, () => this.#waiting).catch(() => false);
    if (isAnew) this.#unwritten.clear();
  }

  /** Sends what waits, for so long at most; what is left stays in the file, or is lost where there is none. */
  async close(running: Promise<void>, withinMs: number): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    const timer = setTimeout(() => this.#stopped.abort(), withinMs);
    await running.catch(() => undefined);
    clearTimeout(timer);
    this.#stopped.abort();
    if (this.#journal !== null) await this.#journal.close();
    else if (this.#waiting.length > 0) this.#lose(this.#waiting.length, "closed before they were sent");
  }
}
