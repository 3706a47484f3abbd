// A process of its own, so that nothing but the package is in its memory. Reads a job from its standard input, writes a Measurement.
import { text } from "node:stream/consumers";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { createVerifier } from "#verifier/index.ts";

export type MeasureJob = { issuer: string; tokens: string[]; rounds: number; perRound: number };
export type Measurement = {
  /** From nothing to the first answer, in seconds. */
  readySeconds: number;
  /** Resident memory before and after the snapshot, after garbage was collected. */
  beforeMb: number;
  afterMb: number;
  /** Microseconds of processor time a verification, a round each. */
  bareUs: number[];
  oursUs: number[];
  /** The same without reports. */
  checkUs: number[];
};

const job = JSON.parse(await text(process.stdin)) as MeasureJob;
const SECRET = `twv_${"x".repeat(43)}`;
const MB = 1024 * 1024;

async function residentMb(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return process.memoryUsage.rss() / MB;
}

/** Processor time, all threads: what others do on the machine counts less than on a clock. */
async function time(verify: (token: string) => Promise<unknown>, isOver = () => true): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < job.perRound; n += 1) await verify(job.tokens[n % job.tokens.length] as string);
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / job.perRound;
}

const keys = createRemoteJWKSet(new URL(`${job.issuer}/keys`));
const bare = (token: string) =>
  jwtVerify(token, keys, {
    issuer: job.issuer,
    audience: "billing",
    typ: "at+jwt",
    algorithms: ["ES256"],
    clockTolerance: 30,
  });
await bare(job.tokens[0] as string);
const beforeMb = await residentMb();

const startedAt = performance.now();
const verifier = createVerifier({
  issuer: job.issuer,
  audience: "billing",
  secret: SECRET,
  reports: { capacity: 1_000_000 },
});
await verifier.ready({ timeoutSeconds: 300 });
const readySeconds = (performance.now() - startedAt) / 1_000;
const afterMb = await residentMb();

const use = {
  permissions: ["invoices:read"],
  method: "GET",
  path: "/invoices/7",
  ip: "203.0.113.7",
  userAgent: "bench/1",
};
const ours = (token: string) => verifier.verify(token, use);
/** Its reports are a part of what it costs. */
const isReported = () => verifier.state.reports?.waiting === 0;
const silent = createVerifier({ issuer: job.issuer, audience: "billing", secret: SECRET, reports: false });
await silent.ready({ timeoutSeconds: 300 });
const check = (token: string) => silent.verify(token, use);
const [bareUs, oursUs, checkUs]: [number[], number[], number[]] = [[], [], []];
await time(bare);
await time(ours, isReported);
await time(check);
for (let round = 0; round < job.rounds; round += 1) {
  bareUs.push(await time(bare));
  oursUs.push(await time(ours, isReported));
  checkUs.push(await time(check));
}
if (verifier.state.refused > 0 || verifier.state.isStale)
  throw new Error(`the verifier refused: ${verifier.state.says}`);
const measurement: Measurement = { readySeconds, beforeMb, afterMb, bareUs, oursUs, checkUs };
process.stdout.write(JSON.stringify(measurement));
await verifier.close();
await silent.close();
