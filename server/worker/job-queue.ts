import { PgBoss } from "pg-boss";
import { logFailure } from "#server/log-failure.ts";
import type { Job } from "./jobs.ts";
import { readQueueFailure } from "./queue-failure.ts";
import type { Workplace } from "./worker-part.ts";

/** The queue of scheduled work, which several workers share: it lives in a schema of its own that the login role makes. */
export function createJobQueue(
  { url, log }: Pick<Workplace, "url" | "log">,
  jobs: Record<string, Job>,
): { start(): Promise<void>; stop(): Promise<void> } {
  const boss = new PgBoss({
    connectionString: url,
    application_name: "tokenwarden-worker-queue",
    schema: "pgboss",
    max: 3,
  });
  boss.on("error", (told) => {
    const { error, job } = readQueueFailure(told);
    logFailure(log, error, { job }, "the job queue stumbled; it goes on");
  });
  return {
    async start() {
      await boss.start();
      for (const [name, job] of Object.entries(jobs)) {
        await boss.createQueue(name, { policy: "short", retryLimit: 3, expireInSeconds: 600 });
        await boss.work(name, { pollingIntervalSeconds: 10 }, async () => {
          log.debug({ job: name, result: await job.run() }, "job done");
        });
        await boss.schedule(name, job.cron, null, { tz: "UTC" });
      }
    },
    stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}
