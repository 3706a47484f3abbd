import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 60_000;

/** A part of the product as a process of its own. It ends with the process that started it. */
export type Process = {
  readonly pid: number;
  readonly isAlive: boolean;
  /** The end of what it wrote. */
  tail(): string;
  /** kill -9, or any other signal; resolves at once for one that does not end it. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a part as the supervisor does, and waits until it says that it does its work. */
export async function startProcess(entry: string, env: Record<string, string>): Promise<Process> {
  const child: ChildProcess = spawn(process.execPath, [path.join(ROOT, entry)], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let tail = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-20_000);
    });
  const ended = once(child, "exit");
  const isReady = new Promise<boolean>((resolve) =>
    child.on("message", (message) => {
      if ((message as { ready?: boolean }).ready) resolve(true);
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_MS);
  });
  const isUp = await Promise.race([isReady, isLate, ended.then(() => false)]);
  clearTimeout(timer);
  if (!isUp) {
    child.kill("SIGKILL");
    throw new Error(`${entry} did not start: ${tail}`);
  }
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (!isAlive()) return;
    child.kill(signal);
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") await ended;
  };
  return {
    pid: child.pid as number,
    get isAlive() {
      return isAlive();
    },
    tail: () => tail,
    kill: (signal = "SIGKILL") => end(signal),
    stop: () => end("SIGTERM"),
  };
}
