import { PgBoss } from "pg-boss";

/** Asks the running workers to do a job now. */
export async function sendJob(databaseUrl: string, name: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: "pgboss",
    supervise: false,
    schedule: false,
  });
  boss.on("error", () => {});
  await boss.start();
  await boss.send(name);
  await boss.stop({ graceful: false });
}
