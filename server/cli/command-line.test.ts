import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const tool = path.join(import.meta.dirname, "tokenwarden.mjs");
const dataDir = path.join(tmpdir(), `tokenwarden-cli-${process.pid}-${randomInt(1e9)}`);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

type Result = { code: number | null; stdout: string; stderr: string };

const run = (...args: string[]) => runIn({ dataDir }, ...args);

function runIn(given: { dataDir: string; databaseUrl?: string }, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const database = given.databaseUrl === undefined ? {} : { DATABASE_URL: given.databaseUrl };
    const env = {
      PATH: process.env.PATH,
      DATA_DIR: given.dataDir,
      ...database,
    } as unknown as NodeJS.ProcessEnv;
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
      "owner link EMAIL",
      "api-token create",
      "db migrate",
      "issuer set",
      "audit verify [FILE…]",
      "audit export FILE",
      "keys rewrap",
    ]) {
      expect(stdout).toContain(command);
    }
  });

  it("refuses an unknown command, and none", async () => {
    expect(await run("dance")).toMatchObject({ code: 2, stdout: "" });
    expect(await run()).toMatchObject({ code: 2 });
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
    [
      ["api-token", "create", "--role", "auditor", "--name", "ci", "--networks", "10.0.0.0/33"],
      "--networks is not an address or a network",
    ],
    [["api-token", "create", "--rolle", "auditor"], "Unknown option '--rolle'"],
    [["keys", "rewrap", "now"], "Unexpected argument 'now'"],
    [["setup-link", "now"], "Unexpected argument 'now'"],
    [["owner", "link"], "EMAIL must be the address of an owner"],
    [["issuer", "set", "https://a.example.com"], "--instead-of"],
    [["issuer", "set", "https://a.example.com/path", "--instead-of", "https://b.example.com"], "one origin"],
    [["issuer", "set"], "one origin"],
    [["audit", "verify", "not-there.ndjson"], "not-there.ndjson is not there"],
    [["audit", "verify", "package.json", "not-there"], "not-there is not there"],
    [["audit", "verify", "--keys", "package.json"], "--keys package.json is no JWKS"],
    [["audit", "verify", "--checkpoints", "not-there"], "--checkpoints not-there cannot be read"],
    [["audit", "export"], "say which file"],
    [["audit", "verify", "-x"], "Unknown option '-x'.\n"],
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

  it("says in one line that there is no database at an address", async () => {
    // port 1 is nobody's
    const given = { dataDir, databaseUrl: "postgres://somebody:nothing@127.0.0.1:1/tokenwarden" };
    const { code, stdout, stderr } = await runIn(given, "audit", "verify");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe("tokenwarden: the database cannot be used: connect ECONNREFUSED 127.0.0.1:1\n");
  });

  it("makes a set-up link and API tokens, and another master key, on the embedded database, started for the moment", async () => {
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
      "--networks",
      "10.0.0.0/8,0:0::1",
    );
    expect(token).toMatchObject({ code: 0 });
    expect(token.stdout).toMatch(/^twk_\S+\n$/);
    expect(token.stderr).toMatch(
      /API token nightly export \(\S+\), role auditor, good until \d{4}-\S+, from 10\.0\.0\.0\/8, ::1\. It is shown only now\./,
    );
    const exported = path.join(dataDir, "audit.ndjson");
    expect(await run("audit", "export", exported)).toMatchObject({ code: 0 });
    expect(await run("audit", "export", exported)).toMatchObject({ code: 2 });
    const verifiedFile = await run("audit", "verify", exported);
    // a file that brings its keys itself vouches for itself
    expect(verifiedFile.code).toBe(3);
    expect(verifiedFile.stderr).toMatch(/^tokenwarden: it holds in itself, by keys that it brings/);
    const verifiedDatabase = await run("audit", "verify");
    expect(verifiedDatabase).toMatchObject({ code: 0, stderr: expect.not.stringContaining("tokenwarden:") });
    for (const verified of [verifiedDatabase, verifiedFile]) {
      expect(verified.stdout).toMatch(/^acts {9}\d+ entries/m);
      expect(verified.stdout).toContain("no checkpoint that is held elsewhere was given");
    }
    const edited = readFileSync(exported, "utf8").replaceAll("nightly export", "something else");
    writeFileSync(exported, edited);
    const broken = await run("audit", "verify", exported);
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringContaining("BROKEN       acts ") });
    expect(broken.stderr).toBe("tokenwarden: the evidence does not hold: 1 fault\n");
    const file = path.join(dataDir, "master-key");
    const before = readFileSync(file, "utf8");
    const rewrapped = await run("keys", "rewrap");
    expect(rewrapped).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{16}\n$/) });
    expect(rewrapped.stderr).toContain("0 signing keys, 0 second factors");
    expect(readFileSync(file, "utf8")).not.toBe(before);
    expect(readFileSync(`${file}.before-${rewrapped.stdout.trim()}`, "utf8")).toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run("db", "migrate")).toEqual({
      code: 0,
      stdout: "the database is up to date\n",
      stderr: "",
    });
  });
});
