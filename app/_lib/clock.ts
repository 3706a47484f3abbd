import { DatabaseClock } from "#lib/clocks/database-clock.ts";
import { readClock } from "#lib/clocks/read-clock.ts";
import { tellClockOfConsole } from "#lib/notifications/tell-clock-of-console.ts";
import { getDatabase } from "./database.ts";
import { logProblem } from "./problem.ts";

// development reloads modules: the clock outlives them
const store = globalThis as typeof globalThis & { tokenwardenClock?: DatabaseClock };

function onApart(apartMs: number, now: Date): void {
  const apartSeconds = Math.round(apartMs / 1_000);
  console.error(
    JSON.stringify({
      level: "error",
      what: "this machine's clock differs from the database's, which the console goes by",
      apartSeconds,
    }),
  );
  tellClockOfConsole(getDatabase(), { apartMs, now }).catch((error: unknown) =>
    logProblem(error, "clock", "the clock could not be told of"),
  );
}

/** What time it is: the database's, by which everything that ends is judged and everything on record is dated. */
export function consoleNow(): Promise<Date> {
  store.tokenwardenClock ??= new DatabaseClock({ read: () => readClock(getDatabase()), onApart });
  return store.tokenwardenClock.now();
}
