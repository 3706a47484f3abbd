/** A moment on the database's clock and on both of the process. */
type Measured = { databaseMs: number; steadyMs: number; wallMs: number };

export type DatabaseClockOptions = {
  /** Asks the database what time it is. */
  read: () => Promise<Date>;
  /** Told at each look that this machine's clock is ahead of the database's by so many milliseconds, or behind. */
  onApart?: (apartMs: number, now: Date) => void;
  /** The clock that does not jump, and the one that says a date, in milliseconds. */
  steady?: () => number;
  wall?: () => number;
};

/** A look is good for so long; after that the next one is made beside. */
const FRESH_MS = 10_000;
/** Nobody goes by an older one. */
const OLD_MS = 60_000;
/** So far both clocks of a process may differ since a look: more, and one of them was changed, or the machine slept. */
const DRIFT_MS = 1_000;
/** A machine whose clock is further from the database's is wrong. */
const APART_MS = 60_000;

/**
 * What time it is for a process that shares a database with others: the database's time, carried on by the clock that does not jump. Whoever sets the machine's clock changes nothing. The database is
 * asked seldom, and by one of many who want to know. Where it does not answer, time goes on from the last look; before the first one it is the machine's.
 */
export class DatabaseClock {
  readonly #read: () => Promise<Date>;
  readonly #onApart: (apartMs: number, now: Date) => void;
  readonly #steady: () => number;
  readonly #wall: () => number;
  #measured: Measured | null = null;
  #looking: Promise<void> | null = null;

  constructor({
    read,
    onApart = () => {},
    steady = () => performance.now(),
    wall = () => Date.now(),
  }: DatabaseClockOptions) {
    this.#read = read;
    this.#onApart = onApart;
    this.#steady = steady;
    this.#wall = wall;
  }

  async now(): Promise<Date> {
    const measured = this.#measured;
    const ageMs = measured === null ? Number.POSITIVE_INFINITY : this.#steady() - measured.steadyMs;
    if (ageMs > OLD_MS || this.#hasDrifted(ageMs)) await this.#look();
    else if (ageMs > FRESH_MS) void this.#look();
    return this.#tell();
  }

  #hasDrifted(ageMs: number): boolean {
    if (this.#measured === null) return true;
    return Math.abs(this.#wall() - this.#measured.wallMs - ageMs) > DRIFT_MS;
  }

  #tell(): Date {
    if (this.#measured === null) return new Date(this.#wall());
    return new Date(this.#measured.databaseMs + this.#steady() - this.#measured.steadyMs);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #measure(): Promise<void> {
    let database: Date;
    try {
      database = await this.#read();
    } catch {
      return;
    }
    const steadyMs = this.#steady();
    const wallMs = this.#wall();
    this.#measured = { databaseMs: database.getTime(), steadyMs, wallMs };
    const apartMs = wallMs - database.getTime();
    if (Math.abs(apartMs) > APART_MS) this.#onApart(apartMs, database);
  }
}
