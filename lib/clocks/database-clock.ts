/** A moment on the database's clock and on both of the process; `isWall`: as far as one can tell, the machine's clock is the database's. */
type Measured = { databaseMs: number; steadyMs: number; wallMs: number; isWall: boolean };

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
/** Both tell whole milliseconds. */
const GRAIN_MS = 1;
/** A machine whose clock is further from the database's is wrong. */
const APART_MS = 60_000;

/**
 * What time it is for a process that shares a database with others: the database's time, carried on by the clock that does not jump. Whoever sets the machine's clock changes nothing. The database is
 * asked seldom, and by one of many who want to know. An answer says no more than that the database looked at its clock between the question and the answer, which on a busy machine are far from each other: what
 * agrees with that stays as it is, the machine's clock first, so that the time of a machine whose clock is right is that clock's to the millisecond. Where the database does not answer, time goes on from the
 * last look; before the first one it is the machine's.
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
    const ageMs = this.#steady() - this.#measured.steadyMs;
    if (this.#measured.isWall && !this.#hasDrifted(ageMs)) return new Date(this.#wall());
    return new Date(this.#measured.databaseMs + ageMs);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #measure(): Promise<void> {
    const asked = this.#steady();
    let database: Date;
    try {
      database = await this.#read();
    } catch {
      return;
    }
    const answered = this.#steady();
    const wallMs = this.#wall();
    // what the database's clock says at the answer, at the least and at the most
    const least = database.getTime();
    const most = least + (answered - asked);
    const agrees = (ms: number) => ms >= least - GRAIN_MS && ms <= most + GRAIN_MS;
    const before = this.#measured;
    const carriedOn = before === null ? Number.NaN : before.databaseMs + answered - before.steadyMs;
    const isWall = agrees(wallMs);
    const databaseMs = isWall ? wallMs : agrees(carriedOn) ? carriedOn : (least + most) / 2;
    this.#measured = { databaseMs, steadyMs: answered, wallMs, isWall };
    const apartMs = wallMs - databaseMs;
    if (Math.abs(apartMs) > APART_MS) this.#onApart(apartMs, database);
  }
}
