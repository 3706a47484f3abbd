import type { SqlDatabase } from "../db/sql-database.ts";
import { notify } from "./notify.ts";

/** Tells once a day that a console's machine has another time than the database. It goes on, by the database's. */
export async function tellClockOfConsole(
  db: SqlDatabase,
  { apartMs, now }: { apartMs: number; now: Date },
): Promise<void> {
  const seconds = Math.round(Math.abs(apartMs) / 1_000);
  await db.transaction((tx) =>
    notify(
      tx,
      { actor: { kind: "system", id: "console", name: "console" }, now },
      {
        kind: "clock_wrong",
        key: `clock_wrong console ${now.toISOString().slice(0, 10)}`,
        thread: "clock_wrong console",
        title: `The clock of a console is ${apartMs > 0 ? "ahead of" : "behind"} the database's`,
        text: `By ${seconds} seconds. Sessions, limits and times on record go by the database's; cookies that the console gives out may end too early or too late in browsers. Put its machine's clock right.`,
        path: "/audit/integrity",
        subject: { kind: "clock_wrong", id: "console", name: "The clock of a console" },
      },
    ),
  );
}
