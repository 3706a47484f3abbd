import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findFreePort } from "#server/embedded-database/free-port.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { ask, dataDir, isAlive, ports, query, serverPid, start } from "./test-supervised.ts";

describe("the supervisor", { timeout: 60_000 }, () => {
  it("says that it is ready when all answer, hands on the database, and stops all of it on SIGTERM", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    expect(first.output()).toContain(
      `tokenwarden ready · console http://localhost:${ports.console} · authority http://localhost:${ports.authority} · set up: http://localhost/setup?token=one-time`,
    );
    expect(first.output()).toContain('[authority] {"level":40,"msg":"warns aloud"}');
    expect(first.output()).not.toContain("listens quietly");
    expect(readFileSync(path.join(dataDir, "logs/authority.log"), "utf8")).toContain("listens quietly");
    const child = await ask(ports.console);
    expect(child.databaseUrl).toBe(findEmbeddedDatabaseUrl(dataDir));
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    const database = serverPid();

    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(first.output()).toMatch(/· stopping\n[\s\S]*· stopped\n$/);
    expect([child.pid, database].map(isAlive)).toEqual([false, false]);
    expect(existsSync(path.join(dataDir, "lock"))).toBe(false);

    const second = start();
    await second.wrote("tokenwarden ready");
    expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("starts a child again that ended by itself", async () => {
    const started = start();
    await started.wrote("tokenwarden ready");
    const before = await ask(ports.authority);
    await ask(ports.authority, "/crash").catch(() => {});
    await started.wrote("authority ended with code 7; it is started again in 0.25 s");
    await expect
      .poll(() => ask(ports.authority).then((answer) => answer.pid), { timeout: 10_000 })
      .not.toBe(before.pid);
  });

  it("brings a killed database back on the same address with what was committed", async () => {
    const started = start();
    await started.wrote("tokenwarden ready");
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(serverPid(), "SIGKILL");
    await started.wrote("the database ended by itself; it is started again");
    await expect
      .poll(() => query("SELECT answer FROM kept").catch(() => null), { timeout: 20_000 })
      .toEqual([{ answer: 42 }]);
  });

  it("refuses a second start on the same data folder, and takes over after kill -9", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    const child = await ask(ports.console);
    const second = start({
      CONSOLE_PORT: String(await findFreePort()),
      AUTHORITY_PORT: String(await findFreePort()),
    });
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: is already running on ${dataDir} (process ${first.process.pid}); stop it, or set another DATA_DIR\n`,
    );

    first.process.kill("SIGKILL");
    await first.ended;
    await expect.poll(() => isAlive(child.pid), { timeout: 10_000 }).toBe(false);
    const third = start();
    await third.wrote("tokenwarden ready");
    expect(third.output()).toContain("stopping the database that an earlier run left behind");
    expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("stops on SIGINT while a child is not ready yet", async () => {
    const started = start({ WORKER_ENTRY: path.join(import.meta.dirname, "fixtures/nowhere.ts") });
    await started.wrote(/worker ended with code 1; it is started again in 0\.25 s/);
    await started.wrote(/worker ended with code 1; it is started again in 0\.5 s/);
    started.process.kill("SIGINT");
    expect(await started.ended).toBe(0);
    expect(started.output()).not.toContain("tokenwarden ready");
  });
});
