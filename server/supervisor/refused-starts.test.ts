import { existsSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "#lib/db/database.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { HAS_OPENSSL, makeCertificate } from "#server/tls/test-certificate.ts";
import { dataDir, ports, query, start } from "./test-supervised.ts";

describe("the supervisor", { timeout: 60_000 }, () => {
  it("names the variable of a bad value and ends with 2", async () => {
    const started = start({ CONSOLE_PORT: "http" });
    expect(await started.ended).toBe(2);
    expect(started.output()).toBe('tokenwarden: CONSOLE_PORT must be a port from 1 to 65535, not "http"\n');
  });

  it.skipIf(!HAS_OPENSSL)("refuses another certificate's key before anything is started", async () => {
    const [one, other] = [makeCertificate(), makeCertificate()];
    const started = start({ TLS_CERT: one.certPath, TLS_KEY: other.keyPath });
    expect(await started.ended).toBe(2);
    expect(started.output()).toBe(
      `tokenwarden: TLS_KEY is not the key of the certificate in ${one.certPath}\n`,
    );
    expect(existsSync(path.join(dataDir, "postgres"))).toBe(false);
  });

  it.skipIf(!existsSync("/proc/self"))("says in one line that the data folder cannot be made", async () => {
    const started = start({ DATA_DIR: "/proc/tokenwarden/x" });
    expect(await started.ended).toBe(2);
    expect(started.output()).toMatch(
      /^tokenwarden: DATA_DIR \/proc\/tokenwarden\/x cannot be used: [^\n]+\n$/,
    );
  });

  it("refuses another issuer than that of the tokens that are there, in one line", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    const url = findEmbeddedDatabaseUrl(dataDir) ?? "";
    const db = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
    const fixture = fixtureOf(db);
    await fixture.token({ clientId: await fixture.client("service") });
    await db.end();
    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    const second = start({ AUTHORITY_ISSUER: "https://other.example.com" });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /tokenwarden: AUTHORITY_ISSUER is https:\/\/other\.example\.com, but the tokens of this database were issued by http:\/\/localhost:\d+ and would all be refused: set AUTHORITY_ISSUER=http:\/\/localhost:\d+, or change it for good with: npx tokenwarden issuer set https:\/\/other\.example\.com --instead-of http:\/\/localhost:\d+\n$/,
    );
    const third = start();
    await third.wrote("tokenwarden ready");
  });

  it("names a port that is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(ports.authority, "127.0.0.1", resolve));
    const started = start();
    expect(await started.ended).toBe(1);
    expect(started.output()).toBe(
      `tokenwarden: port ${ports.authority} is in use (AUTHORITY_PORT): stop what listens there, or set AUTHORITY_PORT to a free port\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it("refuses a damaged database in one line and changes nothing", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    first.process.kill("SIGTERM");
    await first.ended;
    const cluster = path.join(dataDir, "postgres");
    renameSync(path.join(cluster, "PG_VERSION"), path.join(dataDir, "PG_VERSION"));
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: ${cluster} is damaged: PG_VERSION is missing; restore the folder from a backup (nothing was changed)\n`,
    );
    renameSync(path.join(dataDir, "PG_VERSION"), path.join(cluster, "PG_VERSION"));

    renameSync(path.join(cluster, "global/pg_control"), path.join(dataDir, "pg_control"));
    const third = start();
    expect(await third.ended).toBe(1);
    expect(third.output()).toMatch(
      /^tokenwarden: the database in \S+ does not start: \S.*pg_control.* \(log: \S+postgres\.log; nothing was changed\)\n$/,
    );
    renameSync(path.join(dataDir, "pg_control"), path.join(cluster, "global/pg_control"));
    await start().wrote("tokenwarden ready");
  });

  it("refuses to go on without the master key of wrapped keys, and makes no new one", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    await query(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
       VALUES (gen_random_uuid(), 'k', 'access_token', 'ES256', 'standby', '{}', '\\x01', now())`,
    );
    first.process.kill("SIGTERM");
    await first.ended;
    const file = path.join(dataDir, "master-key");
    rmSync(file);
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: the database holds keys wrapped with a master key, but neither MASTER_KEY nor ${file} is there; restore it (nothing was changed)\n`,
    );
    expect(existsSync(file)).toBe(false);
  });
});
