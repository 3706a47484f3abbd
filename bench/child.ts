import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const STOP_MS = 15_000;
const TAIL_CHARACTERS = 4_000;

export type Child = {
  pid: number;
  /** Milliseconds from the start to the answer that was waited for. */
  readyAfterMs: number;
  /** What it has written to its standard output so far. */
  output(): string;
  stop(): Promise<void>;
};

/** All that a child is told; nothing is inherited. */
export type Environment = Record<string, string | undefined>;

/** Nothing of the caller's own settings reaches a server under measurement. */
export function baseEnv(): Environment {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: "production" };
}

export type ChildOptions = {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Environment;
  /** `tied`: a Node program that ends when this process does. `group`: a shell or script, whose own children are to be stopped with it. */
  kind: "tied" | "group";
  /** Whether it is up: looked at until it is. */
  isReady(output: string): boolean | Promise<boolean>;
  readyWithinMs: number;
  /** Stops it too, however early the run ends. */
  stack: AsyncDisposableStack;
};

async function stopTied(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** Whether the signal found anybody; 0 only asks. */
function signalGroup(leader: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** Ends all processes of a group: npm passes a signal on to its shell alone, which leaves the program behind. */
async function stopGroup(leader: number): Promise<void> {
  signalGroup(leader, "SIGTERM");
  const startedAt = performance.now();
  while (signalGroup(leader, 0)) {
    if (performance.now() - startedAt > 2 * STOP_MS) signalGroup(leader, "SIGKILL");
    await wait(50);
  }
}

/**
 * Starts a program and waits until it is up.
 *
 * @throws with the end of what it wrote when it ends or is not up in time; it is stopped then.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const startedAt = performance.now();
  const isTied = options.kind === "tied";
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", ...(isTied ? (["ipc"] as const) : [])],
    detached: !isTied,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= isTied || child.pid === undefined ? stopTied(child) : stopGroup(child.pid);
    return stopped;
  };
  options.stack.defer(stop);
  let output = "";
  let tail = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    tail = (tail + text).slice(-TAIL_CHARACTERS);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-TAIL_CHARACTERS);
  });
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  try {
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended");
      if (await Promise.race([options.isReady(output), failed])) break;
      if (performance.now() - startedAt > options.readyWithinMs)
        throw new Error(`it is not up after ${options.readyWithinMs / 1_000} s`);
      await wait(20);
    }
  } catch (error) {
    await stop();
    throw new Error(`${options.name}: ${(error as Error).message}\n${tail.trimEnd()}`);
  }
  return {
    pid: child.pid as number,
    readyAfterMs: performance.now() - startedAt,
    output: () => output,
    stop,
  };
}

/** Whether a URL answers 200. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Memory that a process holds now, and the most that it ever held where the system says so; in MB. */
export function memoryOf(pid: number): { rssMb: number; peakMb: number | null } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
    return { rssMb: kilobytes("VmRSS") / 1024, peakMb: kilobytes("VmHWM") / 1024 };
  } catch {
    return {
      rssMb: Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024,
      peakMb: null,
    };
  }
}
