import { execFile, spawnSync } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { LoadJob, LoadResult } from "./job.ts";

const SCRIPT = path.join(import.meta.dirname, "wrk.lua");
const SPARE_SECONDS = 60;

const said = z.object({
  answered: z.number(),
  seconds: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  wrong: z.number(),
  errors: z.number(),
  cpuSeconds: z.number(),
});

/** The version of wrk where it is installed, else null. */
export function findWrk(): string | null {
  // it says its version and then how it is used, as if that were a failure
  const { stdout } = spawnSync("wrk", ["-v"], { encoding: "utf8" });
  return /^wrk (?:debian\/)?(\S+)/.exec(stdout ?? "")?.[1] ?? null;
}

/**
 * Loads a server with a GET that is always the same, by wrk: a fifth of the processor time that a generator in JavaScript takes, for answers so small
 * that it would be what is measured. What is under way at the end is cut off.
 *
 * @throws where the job is of another kind, or wrk fails.
 * @see https://github.com/wg/wrk
 */
export async function runWrk(job: LoadJob): Promise<LoadResult> {
  if (job.method !== "GET" || job.tokens !== null || job.amount !== null || job.expect.status !== 200)
    throw new Error("wrk sends one GET again and again, and expects 200");
  // it knows whole seconds alone
  const seconds = Math.max(1, Math.ceil(job.seconds));
  const { stdout } = await promisify(execFile)(
    "wrk",
    [
      ...["--threads", "1", "--connections", String(job.connections), "--duration", `${seconds}s`],
      ...["--timeout", "10s", "--script", SCRIPT, job.url, "--", job.expect.text ?? ""],
    ],
    { timeout: (seconds + SPARE_SECONDS) * 1_000 },
  );
  const { cpuSeconds, ...result } = said.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  return {
    ...result,
    perSecond: result.seconds > 0 ? result.answered / result.seconds : 0,
    generatorCpuMicros: Math.round((cpuSeconds * 1e6) / Math.max(1, result.answered)),
    statuses: { 200: result.answered - result.wrong },
    wrongBody: null,
    tokens: [],
  };
}
