import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** The blocks of commands of a part of the README, each as its commands: what a person would type, without the remarks. */
export function readmeCommands(heading: string): string[][] {
  const text = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const [, part = ""] = text.split(`## ${heading}\n`);
  const [own = ""] = part.split(/\n## /);
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) =>
    block
      .replaceAll(/\s*\\\n\s*/g, " ")
      .split("\n")
      .map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
      .filter((line) => line !== ""),
  );
}

export type Ran = { code: number | null; output: string };

export type Clone = {
  folder: string;
  /** Types a command there. */
  run(command: string): Promise<Ran>;
  /** Types one that goes on, and waits until it has written something. */
  start(command: string, untilWritten: string): Promise<Started>;
  end(): Promise<void>;
};
export type Started = { output(): string; wrote(text: string): Promise<void>; stop(): Promise<void> };

/** A folder that is to npm what a clone of this repository is, with data of its own and these settings. */
export function openClone(settings: Record<string, string>): Clone {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-clone-"));
  // as root, the database's own account passes through it
  chmodSync(folder, 0o711);
  for (const name of ["package.json", "node_modules", "server"])
    symlinkSync(path.join(ROOT, name), path.join(folder, name));
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, NODE_ENV: "production", ...settings } as NodeJS.ProcessEnv;
  const running = new Set<Started>();

  function type(command: string) {
    const child: ChildProcess = spawn("bash", ["-euo", "pipefail", "-c", command], {
      cwd: folder,
      env,
      // a terminal's signals reach all that a command has started
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const watchers = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        for (const look of watchers) look();
      });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    return { child, output: () => output, watchers, ended };
  }

  return {
    folder,
    async run(command) {
      const { ended, output } = type(command);
      return { code: await ended, output: output() };
    },
    async start(command, untilWritten) {
      const { child, output, watchers, ended } = type(command);
      const started: Started = {
        output,
        wrote: (text) =>
          new Promise<void>((resolve, reject) => {
            const look = () => output().includes(text) && resolve();
            watchers.add(look);
            look();
            ended.then(() => reject(new Error(`it ended before it wrote ${text}:\n${output()}`)));
          }),
        async stop() {
          running.delete(started);
          if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
          await ended;
        },
      };
      running.add(started);
      await started.wrote(untilWritten);
      return started;
    },
    async end() {
      await Promise.all([...running].map((started) => started.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
