// The load generator: a process of its own that is given one job at a time over IPC.
import autocannon, { type Client, type Request } from "autocannon";
import type { Given, LoadJob, LoadResult } from "./job.ts";
import { Latencies } from "./latencies.ts";

const REQUEST_TIMEOUT_SECONDS = 10;
const GIVEN: Record<Given, RegExp> = {
  access_token: /"access_token":"([^"]+)"/,
  refresh_token: /"refresh_token":"([^"]+)"/,
};

/** One connection's refresh token and what comes after it; one that is refused stays, so that every answer after it is wrong too. */
function chainOf(base: Request, form: string, first: string): Request {
  let token = first;
  return {
    ...base,
    setupRequest: (request) => ({ ...request, body: `${form}&refresh_token=${encodeURIComponent(token)}` }),
    onResponse: (_status, body) => {
      token = GIVEN.refresh_token.exec(body)?.[1] ?? token;
    },
  };
}

function requestOf(job: LoadJob, token: string | null): Request {
  const { pathname, search } = new URL(job.url);
  const base = { method: job.method, path: pathname + search };
  const carrier = job.tokens?.carrier;
  if (token !== null && carrier === "code")
    return { ...base, headers: { ...job.headers }, body: `${job.body}&code=${encodeURIComponent(token)}` };
  if (token !== null && carrier === "refresh_token")
    return chainOf({ ...base, headers: { ...job.headers } }, job.body ?? "", token);
  if (token === null)
    return { ...base, headers: { ...job.headers }, ...(job.body === null ? {} : { body: job.body }) };
  if (carrier === "bearer") return { ...base, headers: { ...job.headers, authorization: `Bearer ${token}` } };
  return {
    ...base,
    headers: { ...job.headers },
    body: `token=${encodeURIComponent(token)}&token_type_hint=access_token`,
  };
}

/** The requests of each connection. */
function shareOut(job: LoadJob): Request[][] {
  const values = job.tokens?.values ?? [];
  if (job.tokens === null) return Array.from({ length: job.connections }, () => [requestOf(job, null)]);
  const connections = Math.min(job.connections, values.length);
  const shares: Request[][] = Array.from({ length: connections }, () => []);
  values.forEach((token, index) => {
    shares[index % connections]?.push(requestOf(job, token));
  });
  return shares;
}

function shareOfAmount(amount: number, connections: number, index: number): number {
  return Math.floor(amount / connections) + (index < amount % connections ? 1 : 0);
}

async function run(job: LoadJob): Promise<LoadResult> {
  const { amount } = job;
  const shares = shareOut(job);
  if (amount !== null) shares.splice(Math.max(1, amount));
  const first = shares[0]?.[0];
  if (first === undefined) throw new Error("there is nothing to send");

  const clients: Client[] = [];
  const latencies = new Latencies();
  const collected: string[] = [];
  let wrongBody: string | null = null;
  let answered = 0;
  let startedAt = 0;
  let lastAt = 0;
  let cpuBefore = process.cpuUsage();

  const tracker = autocannon({
    url: job.url,
    connections: shares.length,
    duration: job.seconds + 2 * REQUEST_TIMEOUT_SECONDS,
    timeout: REQUEST_TIMEOUT_SECONDS,
    sampleInt: 100,
    requests: [first],
    setupClient: (client) => {
      const share = shares[clients.length] ?? [];
      if (job.tokens?.once) client.responseMax = share.length;
      else if (amount !== null) client.responseMax = shareOfAmount(amount, shares.length, clients.length);
      client.setRequests(share);
      clients.push(client);
    },
    verifyBody: (body) => {
      const isRight = job.expect.text === null || body.includes(job.expect.text);
      if (!isRight) wrongBody ??= body.slice(0, 300);
      if (isRight && job.collects !== null) collected.push(GIVEN[job.collects].exec(body)?.[1] ?? "");
      return isRight;
    },
  });
  tracker.on("start", () => {
    startedAt = performance.now();
    cpuBefore = process.cpuUsage();
    // no request is cut off: each connection is told that the one under way is its last
    setTimeout(() => {
      for (const client of clients)
        client.responseMax = Math.min(
          client.responseMax || Number.POSITIVE_INFINITY,
          Math.max(1, client.reqsMade),
        );
    }, job.seconds * 1_000).unref();
  });
  tracker.on("response", (_client: unknown, _status: unknown, _bytes: unknown, ms: number) => {
    answered += 1;
    lastAt = performance.now();
    latencies.add(ms);
  });
  const result = await tracker;
  const cpu = process.cpuUsage(cpuBefore);

  const statuses = Object.fromEntries(
    Object.entries(result.statusCodeStats).map(([status, { count }]) => [status, count]),
  );
  const seconds = (lastAt - startedAt) / 1_000;
  return {
    answered,
    // an answer with a wrong status mostly has a wrong body too: not counted twice
    wrong: Math.max(answered - (statuses[job.expect.status] ?? 0), result.mismatches),
    errors: result.errors,
    seconds,
    perSecond: seconds > 0 ? answered / seconds : 0,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    generatorCpuMicros: Math.round((cpu.user + cpu.system) / Math.max(1, answered)),
    statuses,
    wrongBody,
    tokens: collected,
  };
}

process.on("message", (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once("disconnect", () => process.exit(0));
