import { fork } from "node:child_process";
import path from "node:path";
import type { LoadJob, LoadResult } from "./job.ts";

const SPARE_SECONDS = 60;

export type LoadGenerator = {
  /**
   * Runs one load to its end.
   *
   * @throws when the generator ends, cannot do the job, or takes a minute longer than it should.
   */
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
};

type Reply = { result: LoadResult } | { error: string };

/** Starts the process that makes the load; one for a whole benchmark, so that both sides meet the same warm generator. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(path.join(import.meta.dirname, "generator.ts"), {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => settle(() => reject(new Error(`the load of ${job.url} does not end`))),
          (job.seconds + SPARE_SECONDS) * 1_000,
        );
        const onMessage = (reply: Reply) =>
          settle(() => ("error" in reply ? reject(new Error(reply.error)) : resolve(reply.result)));
        const onExit = () => settle(() => reject(new Error("the load generator ended")));
        function settle(finish: () => void): void {
          clearTimeout(timer);
          child.off("message", onMessage);
          child.off("exit", onExit);
          finish();
        }
        child.once("message", onMessage);
        child.once("exit", onExit);
        child.send(job);
      }),
    stop: () => {
      child.kill();
    },
  };
}
