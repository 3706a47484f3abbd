import { type ChildProcess, spawn } from "node:child_process";

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

export interface ChildEvents {
  onLine(line: string, stream: "stdout" | "stderr"): void;
  /** The child said so itself. */
  onReady(): void;
  /** It ended without being asked; it is started again after the delay. */
  onCrash(reason: string, restartInMs: number): void;
}

export interface SupervisedChild {
  /** Asks it to stop, and ends it when it does not within `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  readonly pid: number | undefined;
}

export interface BackOff {
  firstMs: number;
  maxMs: number;
  /** A child that lived this long starts again after `firstMs`. */
  healthyMs: number;
}

export const DEFAULT_BACK_OFF: BackOff = { firstMs: 250, maxMs: 30_000, healthyMs: 60_000 };

function isReadyMessage(message: unknown): boolean {
  return typeof message === "object" && message !== null && "ready" in message && message.ready === true;
}

/** Keeps a program running: whenever it ends by itself it is started again, each time after a longer delay. */
export function superviseChild(
  spec: ChildSpec,
  events: ChildEvents,
  splitter: (onLine: (line: string) => void) => { push: (chunk: string) => void; end: () => void },
  backOff: BackOff = DEFAULT_BACK_OFF,
): SupervisedChild {
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let isStopping = false;
  let delayMs = backOff.firstMs;

  const start = () => {
    const startedAt = Date.now();
    // In a group of its own, so that a signal of the terminal reaches it through us only, in order.
    const current = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child = current;
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = splitter((line) => events.onLine(line, stream));
      current[stream]?.setEncoding("utf8").on("data", lines.push).on("end", lines.end);
    }
    current.on("message", (message) => {
      if (isReadyMessage(message)) events.onReady();
    });
    const onEnd = (reason: string) => {
      if (child !== current) return;
      child = undefined;
      if (isStopping) return;
      if (Date.now() - startedAt >= backOff.healthyMs) delayMs = backOff.firstMs;
      events.onCrash(reason, delayMs);
      restart = setTimeout(start, delayMs);
      delayMs = Math.min(delayMs * 2, backOff.maxMs);
    };
    current.once("error", (error) => onEnd(error.message));
    current.once("exit", (code, signal) =>
      onEnd(signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
  };
  start();

  return {
    get pid() {
      return child?.pid;
    },
    kill: () => child?.kill("SIGKILL"),
    stop: async (graceMs) => {
      isStopping = true;
      clearTimeout(restart);
      const current = child;
      if (!current || current.exitCode !== null || current.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => current.once("exit", () => resolve()));
      current.kill("SIGTERM");
      const timer = setTimeout(() => current.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
