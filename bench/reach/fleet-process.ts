// Verifiers as somebody's servers have them: a process of the benchmark, told what to do by messages.
import { memoryUsage } from "node:process";
import { createVerifier, type Verifier, VerifierError } from "#verifier/index.ts";
import type { FleetAnswer, FleetOrder } from "./fleet-words.ts";

const MB = 1024 * 1024;
/** How often a verifier looks that was not told of a fact: what it is told by must not be what is measured alone. */
const LOOK_MS = 1_000;

type Watcher = { verifier: Verifier; look(): void };

let watched: { token: string; refusedAt: (number | null)[]; whenAll: () => void } | null = null;
let others: Record<string, number> = {};
let all: Promise<void> = Promise.resolve();
const watchers: Watcher[] = [];

const now = () => performance.timeOrigin + performance.now();
const answer = (message: FleetAnswer) => process.send?.(message);

/** Asks a verifier about the watched token, and notes when it first said that it is revoked: any other refusal is none of this order's. */
async function look(index: number): Promise<void> {
  const current = watched;
  const watcher = watchers[index];
  if (current === null || watcher === undefined || current.refusedAt[index] !== null) return;
  try {
    await watcher.verifier.verify(current.token);
  } catch (error) {
    const code = error instanceof VerifierError ? error.code : String(error);
    if (code !== "revoked") {
      others[code] = (others[code] ?? 0) + 1;
      return;
    }
    current.refusedAt[index] ??= now();
    if (current.refusedAt.every((at) => at !== null)) current.whenAll();
  }
}

async function addVerifier(issuer: string, audience: string, secret: string): Promise<void> {
  const index = watchers.length;
  const verifier = createVerifier({
    issuer,
    audience,
    secret,
    revocation: "feed",
    reports: false,
    onEvent: ({ type }) => {
      if (type === "facts_applied") void look(index);
    },
  });
  watchers.push({ verifier, look: () => void look(index) });
  await verifier.ready();
}

async function watch(token: string): Promise<void> {
  for (const { verifier } of watchers) await verifier.verify(token);
  all = new Promise((resolve) => {
    watched = { token, refusedAt: watchers.map(() => null), whenAll: resolve };
  });
}

async function refusals(): Promise<FleetAnswer> {
  others = {};
  const timer = setInterval(() => {
    for (const watcher of watchers) watcher.look();
  }, LOOK_MS);
  await all;
  clearInterval(timer);
  return { kind: "refused", at: (watched?.refusedAt ?? []).map((at) => at as number), others };
}

async function newcomer(issuer: string, audience: string, secret: string): Promise<void> {
  globalThis.gc?.();
  const rssBeforeMb = memoryUsage.rss() / MB;
  const startedAt = performance.now();
  let facts = 0;
  const verifier = createVerifier({
    issuer,
    audience,
    secret,
    revocation: "feed",
    reports: false,
    onEvent: (event) => {
      if (event.type === "snapshot_loaded") facts = event.facts;
    },
  });
  await verifier.ready();
  const seconds = (performance.now() - startedAt) / 1_000;
  // what the reading itself left behind is gone when its time comes
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const rssAfterMb = memoryUsage.rss() / MB;
  await verifier.close();
  answer({ kind: "newcomer", report: { seconds, facts, rssBeforeMb, rssAfterMb } });
}

async function obey(order: FleetOrder): Promise<void> {
  switch (order.kind) {
    case "start":
      await Promise.all(order.secrets.map((secret) => addVerifier(order.issuer, order.audience, secret)));
      return void answer({ kind: "done" });
    case "watch":
      await watch(order.token);
      return void answer({ kind: "done" });
    case "refusals":
      return void answer(await refusals());
    case "newcomer":
      return newcomer(order.issuer, order.audience, order.secret);
    default:
      return order satisfies never;
  }
}

process.on("message", (order: FleetOrder) => {
  obey(order).catch((error: unknown) =>
    answer({
      kind: "failed",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
});
process.once("disconnect", () => process.exit(0));
