import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const tool = path.join(import.meta.dirname, "tokenwarden.mjs");
const dataDir = path.join(tmpdir(), `tokenwarden-cli-${process.pid}-${randomInt(1e9)}`);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

type Result = { code: number | null; stdout: string; stderr: string };

const run = (...args: string[]) => runIn({ dataDir }, ...args);

function runIn(given: { dataDir: string }, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: given.dataDir } as unknown as NodeJS.ProcessEnv;
    const child = spawn(process.execPath, [tool, ...args], { env });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe("npx tokenwarden", { timeout: 60_000 }, () => {
  it("explains itself", async () => {
    const { code, stdout } = await run("help");
    expect(code).toBe(0);
    for (const command of [
      "setup-link",
      "api-token create",
      "db migrate",
      "issuer set",
      "audit verify FILE…",
      "keys rewrap",
    ]) {
      expect(stdout).toContain(command);
    }
  });

  it("refuses an unknown command, and none", async () => {
    expect(await run("dance")).toMatchObject({ code: 2, stdout: "" });
    expect(await run()).toMatchObject({ code: 2 });
  });

  it("says what this version does not have", async () => {
    expect(await run("audit", "verify", "export.ndjson")).toEqual({
      code: 3,
      stdout: "",
      stderr: "tokenwarden: audit verify is not available in this version\n",
    });
    expect(await run("keys", "rewrap")).toMatchObject({ code: 3 });
  });

  it.each([
    [["api-token", "create", "--name", "ci"], "--role must be one of owner, responder, governor, auditor"],
    [["api-token", "create", "--name", "ci", "--role", "god"], "--role must be one of"],
    [["api-token", "create", "--role", "auditor"], "--name "],
    [["api-token", "create", "--role", "auditor", "--name", "ci", "--expires-in", "soon"], 'not "soon"'],
    [
      ["api-token", "create", "--role", "auditor", "--name", "ci", "--expires-in", "1s"],
      "--expires-in must be at least",
    ],
    [["api-token", "create", "--rolle", "auditor"], "Unknown option '--rolle'"],
    [["setup-link", "now"], "Unexpected argument 'now'"],
    [["issuer", "set", "https://a.example.com"], "--instead-of"],
    [["issuer", "set", "https://a.example.com/path", "--instead-of", "https://b.example.com"], "one origin"],
    [["issuer", "set"], "one origin"],
  ])("refuses %j before it touches the database", async (args, line) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(line);
  });

  it("refuses a data folder that cannot be made, in one line", async () => {
    const { code, stdout, stderr } = await runIn({ dataDir: "/proc/tokenwarden/x" }, "setup-link");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^tokenwarden: DATA_DIR \/proc\/tokenwarden\/x cannot be used: [^\n]+\n$/);
  });

  it("makes a set-up link and API tokens on the embedded database, started for the moment", async () => {
    const link = await run("setup-link");
    expect(link).toMatchObject({ code: 0 });
    expect(link.stdout).toMatch(/^http:\/\/localhost:3000\/setup\?token=\S+\n$/);
    const token = await run(
      "api-token",
      "create",
      "--role",
      "auditor",
      "--name",
      "nightly export",
      "--expires-in",
      "90d",
    );
    expect(token).toMatchObject({ code: 0 });
    expect(token.stdout).toMatch(/^twk_\S+\n$/);
    expect(token.stderr).toMatch(
      /API token nightly export \(\S+\), role auditor, good until \d{4}-\S+\. It is shown only now\./,
    );
    expect(await run("db", "migrate")).toEqual({
      code: 0,
      stdout: "the database is up to date\n",
      stderr: "",
    });
  });
});
