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
  /** Microseconds of processor time a verification, a round each; of tokens that are seen for the first time. */
  bareUs: number[];
  oursUs: number[];
  /** The same without reports. */
  checkUs: number[];
  /** The same without reports, of tokens that were seen before. */
  againUs: number[];
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

type Timed = { verify: (token: string) => Promise<unknown>; tokens: string[]; isOver?: () => boolean };
const turns = new Map<Timed, number>();

/** Processor time, all threads: what others do on the machine counts less than on a clock. Each round goes on with the token after the last one's. */
async function time(timed: Timed): Promise<number> {
  const { verify, tokens, isOver = () => true } = timed;
  const first = turns.get(timed) ?? 0;
  turns.set(timed, first + job.perRound);
  const before = process.cpuUsage();
  for (let n = first; n < first + job.perRound; n += 1) await verify(tokens[n % tokens.length] as string);
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / job.perRound;
}

const keys = createRemoteJWKSet(new URL(`${job.issuer}/keys`));
const verifyBare = (token: string) =>
  jwtVerify(token, keys, {
    issuer: job.issuer,
    audience: "billing",
    typ: "at+jwt",
    algorithms: ["ES256"],
    clockTolerance: 30,
  });
await verifyBare(job.tokens[0] as string);
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
const silent = createVerifier({ issuer: job.issuer, audience: "billing", secret: SECRET, reports: false });
await silent.ready({ timeoutSeconds: 300 });
const { tokens } = job;
const bare: Timed = { verify: verifyBare, tokens };
const ours: Timed = {
  verify: (token) => verifier.verify(token, use),
  tokens,
  // its reports are a part of what it costs
  isOver: () => verifier.state.reports?.waiting === 0,
};
const check: Timed = { verify: (token) => silent.verify(token, use), tokens };
const again: Timed = { verify: check.verify, tokens: tokens.slice(0, 500) };
const all = [bare, ours, check, again];
for (const timed of all) await time(timed);
const rounds: number[][] = [];
for (let round = 0; round < job.rounds; round += 1) {
  const us: number[] = [];
  for (const timed of all) us.push(await time(timed));
  rounds.push(us);
}
const [bareUs, oursUs, checkUs, againUs] = all.map((_, index) => rounds.map((us) => us[index] as number)) as [
  number[],
  number[],
  number[],
  number[],
];
if (verifier.state.refused > 0 || verifier.state.isStale)
  throw new Error(`the verifier refused: ${verifier.state.says}`);
const measurement: Measurement = { readySeconds, beforeMb, afterMb, bareUs, oursUs, checkUs, againUs };
process.stdout.write(JSON.stringify(measurement));
await verifier.close();
await silent.close();
