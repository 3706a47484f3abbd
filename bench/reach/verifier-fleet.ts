import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { FleetAnswer, FleetOrder, NewcomerReport } from "./fleet-words.ts";

const PROGRAM = path.join(import.meta.dirname, "fleet-process.ts");
const ANSWER_MS = 120_000;

/** When, in milliseconds since the epoch, one for each verifier; and how often one of them refused for another reason before, by code. */
export type Refusals = { at: number[]; others: Record<string, number> };

/** Verifiers in processes of their own. */
export type Fleet = {
  /** Resolves when each of them has accepted the token, and goes on watching it. */
  watch(token: string): Promise<void>;
  /** Resolves when each of them has refused the watched token as revoked. */
  refusals(): Promise<Refusals>;
  stop(): Promise<void>;
};

export type FleetOptions = {
  issuer: string;
  audience: string;
  secrets: readonly string[];
  processes: number;
  stack: AsyncDisposableStack;
};

function ask(child: ChildProcess, order: FleetOrder): Promise<FleetAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`verifiers did not answer ${order.kind} in ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    const onMessage = (answer: FleetAnswer) => {
      clearTimeout(timer);
      child.off("exit", onExit);
      if (answer.kind === "failed") reject(new Error(answer.message));
      else resolve(answer);
    };
    const onExit = () => {
      clearTimeout(timer);
      reject(new Error("a process of verifiers ended"));
    };
    child.once("message", onMessage);
    child.once("exit", onExit);
    child.send(order);
  });
}

function start(stack: AsyncDisposableStack): { child: ChildProcess; stop(): Promise<void> } {
  const child = fork(PROGRAM, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  stack.defer(stop);
  return { child, stop };
}

/** Starts verifiers, shared out over processes, and waits until each of them knows all revocations. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { issuer, audience, secrets, processes, stack } = options;
  const parts = Array.from({ length: processes }, (_, part) =>
    secrets.filter((_secret, index) => index % processes === part),
  ).filter((part) => part.length > 0);
  const children = parts.map(() => start(stack));
  await Promise.all(
    children.map(({ child }, index) =>
      ask(child, { kind: "start", issuer, audience, secrets: parts[index] as string[] }),
    ),
  );
  return {
    async watch(token) {
      await Promise.all(children.map(({ child }) => ask(child, { kind: "watch", token })));
    },
    async refusals() {
      const answers = await Promise.all(children.map(({ child }) => ask(child, { kind: "refusals" })));
      const refusals: Refusals = { at: [], others: {} };
      for (const answer of answers) {
        if (answer.kind !== "refused") throw new Error(`verifiers answered ${answer.kind}`);
        refusals.at.push(...answer.at);
        for (const [code, count] of Object.entries(answer.others))
          refusals.others[code] = (refusals.others[code] ?? 0) + count;
      }
      return refusals;
    },
    async stop() {
      await Promise.all(children.map((one) => one.stop()));
    },
  };
}

/** One verifier in a new process that knows nothing: how long it takes to know everything, and what it holds then. */
export async function startNewcomer(options: Omit<FleetOptions, "processes">): Promise<NewcomerReport> {
  const { issuer, audience, secrets, stack } = options;
  const { child, stop } = start(stack);
  const answer = await ask(child, { kind: "newcomer", issuer, audience, secret: secrets[0] as string });
  await stop();
  if (answer.kind !== "newcomer") throw new Error(`a newcomer answered ${answer.kind}`);
  return answer.report;
}
