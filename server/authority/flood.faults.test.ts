import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { type People, REDIRECT_URI, seedPeople } from "./engine/test-people.ts";
import { introspect, issue, post, seedRegistry } from "./test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess, until } from "./test-authority-process.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const CALM_PER_SECOND = 150;
/** A difference below it is the machine's, not the flood's. */
const NOISE_MS = 4;
const ROUNDS = 3;
/** A calm verifier that waits longer than this by itself shares the machine with other work. */
const BUSY_MS = 25;

let db: Database;
let registry: Awaited<ReturnType<typeof seedRegistry>>;
let people: People;
let authority: AuthorityProcess;
let own: string;
let others: string;

beforeAll(async () => {
  const { url: databaseUrl } = await testDatabase();
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 4, applicationName: "test" });
  registry = await seedRegistry(db);
  people = await seedPeople(db);
  // with the settings that everybody has who sets none
  authority = await startAuthorityProcess({ databaseUrl });
  own = await issue(authority.url, registry.jwtService);
  others = await issue(authority.url, registry.otherService);
});

afterAll(async () => {
  await authority?.stop();
  await db?.end();
});

type Flood = {
  address: string;
  authorization: string | null;
  /** The secret of a gateway that asks about the token in the authorization. */
  verifier?: string;
  /** Null: asked by GET. */
  body: string | null;
  /** Null: as fast as each connection is answered. */
  perSecond: number | null;
  connections: number;
};
type Sent = {
  "2xx": number;
  non2xx: number;
  errors: number;
  statusCodeStats: Record<string, { count: number }>;
};

/** Sends from a process of its own; what the other side does not answer in time is not sent. */
function flood({ address, authorization, verifier, body, perSecond, connections }: Flood, seconds: number) {
  const child = spawn(
    path.join(ROOT, "node_modules/.bin/node"),
    [
      path.join(ROOT, "node_modules/autocannon/autocannon.js"),
      ...[
        "-j",
        "-n",
        "-m",
        body === null ? "GET" : "POST",
        // in its own line a flood may wait for long
        "-t",
        "30",
        "-c",
        String(connections),
        ...(perSecond === null ? [] : ["-R", String(perSecond)]),
        "-d",
        String(seconds),
      ],
      ...(authorization === null ? [] : ["-H", `authorization=${authorization}`]),
      ...(verifier === undefined ? [] : ["-H", `x-tokenwarden-verifier=${verifier}`]),
      ...(body === null ? [] : ["-H", "content-type=application/x-www-form-urlencoded", "-b", body]),
      authority.url + address,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  return new Promise<Sent>((resolve, reject) => {
    child.once("close", () => {
      try {
        resolve(JSON.parse(output) as Sent);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The 99th percentile of another verifier's introspections, in milliseconds, at a calm and steady rate. */
async function calmP99(seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const body = `token=${others}`;
  const headers = {
    authorization: `Bearer ${registry.verifiers.ledger.secret}`,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": body.length,
  };
  const once = () =>
    new Promise<number>((resolve, reject) => {
      const startedAt = performance.now();
      const sent = request(
        `${authority.url}/oauth/introspect`,
        { method: "POST", agent, headers },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          answer.once("end", () => {
            if (text.includes('"active":true')) resolve(performance.now() - startedAt);
            else reject(new Error(`${answer.statusCode} ${text}`));
          });
        },
      );
      sent.once("error", reject).end(body);
    });
  const pending: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < seconds * CALM_PER_SECOND; index += 1) {
    const dueAt = startedAt + (index * 1_000) / CALM_PER_SECOND;
    const early = dueAt - performance.now();
    if (early > 1) await wait(early);
    pending.push(once());
  }
  const sorted = (await Promise.all(pending)).sort((a, b) => a - b);
  agent.destroy();
  return sorted[Math.floor(sorted.length * 0.99)] as number;
}

/** A JWT under our key with a signature that is not ours: what costs the most to refuse. */
function forgedToken(): string {
  const [header, payload] = own.split(".");
  return `${header}.${payload}.${randomBytes(64).toString("base64url")}`;
}

async function metric(pattern: string): Promise<number> {
  const text = await (await fetch(authority.metricsUrl)).text();
  return Number(new RegExp(`${pattern} (\\d+)`).exec(text)?.[1]);
}
const throttled = (bound: string) => metric(`tokenwarden_throttled_total\\{bound="${bound}"\\}`);

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

/** What a bound lets through in a second, and how many seconds' worth of that at once after a pause. */
const ALLOWED = {
  garbage: { perSecond: 50, burstSeconds: 2 },
  credentials: { perSecond: 20, burstSeconds: 10 },
  authorizations: { perSecond: 50, burstSeconds: 2 },
};
const FLOOD_SECONDS = 7;

/** What one caller may have under way and waiting beside others. */
const SHARE = 32;
const LINE = 1_000;
/** Twice what a caller may have under way and waiting: some of it lies in the answers that the sender has not read yet. */
const BEYOND = 2 * (SHARE + LINE);

type Bound = keyof typeof ALLOWED | "share";

function expectThrottled(bound: Bound, answered: Sent["statusCodeStats"], seconds: number): void {
  const over = answered["429"]?.count ?? 0;
  // a share is no rate: what is in it and in the line is answered, and what finds the line full is not
  expect(over, JSON.stringify(answered)).toBeGreaterThan(0);
  if (bound === "share") return;
  const all = Object.values(answered).reduce((sum, { count }) => sum + count, 0);
  // what is answered in the second after the last one was sent was let through in it too
  const { perSecond, burstSeconds } = ALLOWED[bound];
  expect(all - over, JSON.stringify(answered)).toBeLessThanOrEqual(perSecond * (burstSeconds + seconds + 2));
}

const push = () =>
  new URLSearchParams({
    client_id: people.web.clientId,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: "openid",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  }).toString();

const madeUp = (prefix: "twa_" | "twr_") => makeOpaque(prefix, uuidv7(new Date()));

/** Floods that nobody's share stops, for who sends them needs no name or has the right one; what they leave in the engine's store. */
const unnamed: [string, () => Flood, Bound, "nothing" | "what was answered 201"][] = [
  [
    "a flood of sign-outs by nobody",
    () => ({ address: "/oauth/logout", authorization: null, body: null, perSecond: 1_500, connections: 300 }),
    "authorizations",
    "nothing",
  ],
  [
    "a flood of forged tokens at userinfo",
    () => ({
      address: "/oauth/userinfo",
      authorization: `Bearer ${forgedToken()}`,
      body: null,
      perSecond: 1_500,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a flood of made-up opaque tokens at userinfo",
    () => ({
      address: "/oauth/userinfo",
      authorization: `Bearer ${madeUp("twa_")}`,
      body: null,
      perSecond: 1_500,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a client's flood of made-up refresh tokens",
    () => ({
      address: "/oauth/token",
      authorization: basic(people.web.clientId, people.web.secret ?? ""),
      body: `grant_type=refresh_token&refresh_token=${madeUp("twr_")}`,
      perSecond: 1_000,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a client's flood of pushed authorization requests",
    () => ({
      address: "/oauth/par",
      authorization: basic(people.web.clientId, people.web.secret ?? ""),
      body: push(),
      perSecond: 1_000,
      connections: 300,
    }),
    "authorizations",
    "what was answered 201",
  ],
];

const floods: [string, () => Flood, Bound | null][] = [
  [
    "a verifier's flood of forged tokens",
    () => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${forgedToken()}`,
      perSecond: 1_500,
      connections: 50,
    }),
    "garbage",
  ],
  [
    "a flood of wrong secrets at introspection",
    () => ({
      address: "/oauth/introspect",
      authorization: `Bearer twv_${randomBytes(32).toString("base64url")}`,
      body: `token=${own}`,
      perSecond: 2_000,
      connections: 50,
    }),
    "credentials",
  ],
  [
    "a flood of wrong secrets at the token endpoint",
    () => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, "wrong"),
      body: "grant_type=client_credentials",
      perSecond: 1_000,
      connections: 50,
    }),
    "credentials",
  ],
  [
    "one verifier's good traffic",
    () => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${own}`,
      perSecond: 1_500,
      connections: 100,
    }),
    null,
  ],
  [
    "one client's token requests",
    () => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, registry.jwtService.secret),
      body: "grant_type=client_credentials",
      perSecond: 400,
      connections: 50,
    }),
    null,
  ],
  [
    "one verifier's good traffic without a pause, on more connections than its line is long",
    () => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${own}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "one gateway's good traffic without a pause, on more connections than its line is long",
    () => ({
      address: "/verify",
      authorization: `Bearer ${own}`,
      verifier: registry.verifiers.billing.secret,
      body: null,
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "one client's token requests without a pause, on more connections than its line is long",
    () => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, registry.jwtService.secret),
      body: "grant_type=client_credentials",
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "a verifier's forged tokens without a pause, on more connections than its line is long",
    () => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${forgedToken()}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "garbage",
  ],
  [
    "a client's made-up refresh tokens without a pause, on more connections than its line is long",
    () => ({
      address: "/oauth/token",
      authorization: basic(people.web.clientId, people.web.secret ?? ""),
      body: `grant_type=refresh_token&refresh_token=${madeUp("twr_")}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "garbage",
  ],
  ...unnamed.map(([name, make, bound]): [string, () => Flood, Bound | null] => [name, make, bound]),
];

const floodAt = (index: number) => (floods[index] as (typeof floods)[number])[1]();

async function requestsAnswered(): Promise<number> {
  const text = await (await fetch(authority.metricsUrl)).text();
  return [...text.matchAll(/^tokenwarden_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

test.for(floods)(
  "%s does not slow another verifier to twice its time",
  async ([name, make, bound], { skip }) => {
    await calmP99(1);
    const figures: string[] = [];
    let quietest = Number.POSITIVE_INFINITY;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const alone = await calmP99(4);
      quietest = Math.min(quietest, alone);
      const before = await requestsAnswered();
      const sent = flood(make(), FLOOD_SECONDS);
      await until("the flood is there", async () => (await requestsAnswered()) > before + 200);
      const beside = await calmP99(4);
      if (bound === "share")
        expect(await metric("tokenwarden_waiting_requests")).toBeLessThanOrEqual(LINE + SHARE);
      const { statusCodeStats, errors } = await sent;
      const answered = Object.entries(statusCodeStats).map(([status, { count }]) => `${count} × ${status}`);
      figures.push(
        `${name}: p99 ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside it (${answered.join(", ")})`,
      );
      expect(errors).toBe(0);
      expect(Object.keys(statusCodeStats).every((status) => Number(status) < 500)).toBe(true);
      if (bound !== null) expectThrottled(bound, statusCodeStats, FLOOD_SECONDS);
      else expect(Object.keys(statusCodeStats)).toEqual(["200"]);
      if (beside < 2 * Math.max(alone, NOISE_MS)) {
        console.info(figures.join("\n"));
        return;
      }
    }
    // on a machine that is busy with other things nothing can be told of a flood
    if (quietest > BUSY_MS) skip(`not run, the machine is too busy: ${figures.join("; ")}`);
    throw new Error(figures.join("\n"));
  },
);

test("a verifier that presents garbage without end is answered for its good tokens all the time", async () => {
  const sent = flood(floodAt(0), 4);
  await until("it is throttled", async () => (await throttled("garbage")) > 0);
  for (let index = 0; index < 20; index += 1)
    expect(await introspect(authority.url, own, registry.verifiers.billing.secret)).toMatchObject({
      active: true,
    });
  let refused: Response | null = null;
  await until("its garbage is refused", async () => {
    const answer = await post(
      `${authority.url}/oauth/introspect`,
      { token: "nothing" },
      { authorization: `Bearer ${registry.verifiers.billing.secret}` },
    );
    if (answer.status === 429) refused = answer;
    return refused !== null;
  });
  expect((refused as unknown as Response).headers.get("retry-after")).toBe("1");
  expect(await (refused as unknown as Response).json()).toMatchObject({ error: "temporarily_unavailable" });
  await sent;
});

test("wrong secrets from an address do not lock out who has the right one there", async () => {
  const sent = flood(floodAt(2), 3);
  await until("it is throttled", async () => (await throttled("credentials")) > 0);
  for (let index = 0; index < 10; index += 1) await issue(authority.url, registry.jwtService);
  await sent;
});

test("garbage grows neither the database nor its log: it is counted by asker, address and minute", async () => {
  const measure = async () => {
    const [row] = await db.query<{ size: bigint; log: bigint; rows: bigint; count: bigint }>(
      `SELECT pg_database_size(current_database()) AS size, (pg_current_wal_insert_lsn() - '0/0')::bigint AS log,
         (SELECT count(*) FROM refused_count) AS rows, (SELECT coalesce(sum(count), 0)::bigint FROM refused_count) AS count`,
    );
    return row as { size: bigint; log: bigint; rows: bigint; count: bigint };
  };
  await wait(1_500);
  const before = await measure();
  let answered = 0;
  let counted = 0;
  for (const [, make, bound] of floods) {
    if (bound !== "garbage" && bound !== "credentials") continue;
    const sending = make();
    const { "2xx": good, non2xx } = await flood(sending, 3);
    answered += good + non2xx;
    // what a client that is known gets wrong at the engine is in the metrics alone
    if (bound === "credentials" || sending.address === "/oauth/introspect") counted += good + non2xx;
  }
  await until("all of it is counted", async () => Number((await measure()).count - before.count) >= counted);
  const after = await measure();
  const figures = `${after.log - before.log} bytes of log, ${after.size - before.size} bytes of database, ${after.rows - before.rows} rows for ${answered} refusals`;
  expect(Number(after.rows - before.rows), figures).toBeLessThan(20);
  expect(Number(after.size - before.size), figures).toBeLessThan(1_048_576);
  expect(Number(after.log - before.log), figures).toBeLessThan(2 * 1_048_576);
  console.info(figures);
});

test.each(unnamed)(
  "%s is bounded, and the engine keeps no more of it than it answered",
  async (_name, make, bound, kept) => {
    const count = async () => {
      const [row] = await db.query<{ count: bigint }>("SELECT count(*) AS count FROM protocol_state");
      return Number(row?.count);
    };
    const before = await count();
    const { statusCodeStats } = await flood(make(), 3);
    expectThrottled(bound, statusCodeStats, 3);
    const answered = kept === "nothing" ? 0 : (statusCodeStats["201"]?.count ?? 0);
    // the last ones may have gone without their answer being waited for
    expect((await count()) - before).toBeLessThanOrEqual(kept === "nothing" ? 0 : answered + 300);
  },
);
