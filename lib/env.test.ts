import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EnvError, parseEnv } from "./env.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-env-"));
const pem = path.join(folder, "file.pem");
writeFileSync(pem, "PEM");
afterAll(() => rmSync(folder, { recursive: true }));

const key = Buffer.alloc(32, 7).toString("base64");

describe("settings from the environment", () => {
  it("has a default for everything", () => {
    expect(parseEnv({})).toEqual({
      consolePort: 3000,
      authorityPort: 4000,
      metricsPort: 4001,
      metricsPortIsSet: false,
      dataDir: path.resolve(".data"),
      databaseUrl: undefined,
      databaseDir: undefined,
      consoleUrl: "http://localhost:3000",
      authorityIssuer: "http://localhost:4000",
      environmentName: "Development",
      trustedProxies: [],
      outboundAllow: { ranges: [], hosts: [], origins: [] },
      countryDatabase: undefined,
      tls: undefined,
      masterKey: undefined,
      checkpointFile: path.resolve(".data/checkpoints.jws"),
      adminEmail: undefined,
      adminPassword: undefined,
      demo: false,
      bounds: {
        callerShare: 16,
        callerWaiting: 1_000,
        failuresPerSecond: 20,
        garbagePerSecond: 50,
        authorizationsPerSecond: 50,
        apiRequestsPerSecond: 100,
        consoleRequestsPerSecond: 500,
      },
      logLevel: "info",
      logLevelIsSet: false,
    });
  });

  it("takes every variable", () => {
    const env = parseEnv({
      CONSOLE_PORT: "3100",
      AUTHORITY_PORT: "3101",
      METRICS_PORT: "3102",
      DATA_DIR: "some/where",
      DATABASE_URL: "postgresql://u:p@db:5432/tokenwarden",
      CONSOLE_URL: "https://console.example.com/",
      AUTHORITY_ISSUER: "https://login.example.com",
      ENVIRONMENT_NAME: "Production – EU",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1 fd00::/8,192.0.2.7",
      OUTBOUND_ALLOW: "10.0.0.0/8, siem.internal http://localhost:4010",
      COUNTRY_DATABASE: pem,
      TLS_CERT: pem,
      TLS_KEY: pem,
      MASTER_KEY: key,
      ADMIN_EMAIL: "owner@example.com",
      ADMIN_PASSWORD: "correct horse battery",
      DEMO: "1",
      LOG_LEVEL: "debug",
    });
    expect(env).toMatchObject({
      consolePort: 3100,
      authorityPort: 3101,
      metricsPort: 3102,
      dataDir: path.resolve("some/where"),
      databaseUrl: "postgresql://u:p@db:5432/tokenwarden",
      consoleUrl: "https://console.example.com",
      authorityIssuer: "https://login.example.com",
      environmentName: "Production – EU",
      trustedProxies: ["10.0.0.0/8", "::1", "fd00::/8", "192.0.2.7"],
      outboundAllow: {
        ranges: ["10.0.0.0/8"],
        hosts: ["siem.internal"],
        origins: ["http://localhost:4010"],
      },
      countryDatabase: pem,
      tls: { certPath: pem, keyPath: pem },
      adminEmail: "owner@example.com",
      demo: true,
      logLevel: "debug",
    });
    expect(env.masterKey).toEqual(Buffer.alloc(32, 7));
  });

  it("counts an empty value as unset and ignores unknown variables", () => {
    expect(parseEnv({ CONSOLE_PORT: "", MASTER_KEY: "  ", SOMETHING: "else" })).toEqual(parseEnv({}));
  });

  it("serves https by default when it has a certificate", () => {
    expect(parseEnv({ TLS_CERT: pem, TLS_KEY: pem, CONSOLE_PORT: "8443" })).toMatchObject({
      consoleUrl: "https://localhost:8443",
      authorityIssuer: "https://localhost:4000",
    });
  });

  it("moves the metrics port away when nobody asked for it", () => {
    expect(parseEnv({ AUTHORITY_PORT: "4001" }).metricsPort).toBe(4002);
  });

  const port = "must be a port from 1 to 65535";
  const origin =
    "must be an origin such as https://tokens.example.com (http or https, no path, query or user)";
  const refused: [Record<string, string>, string][] = [
    [{ CONSOLE_PORT: "abc" }, `CONSOLE_PORT ${port}, not "abc"`],
    [{ CONSOLE_PORT: "0" }, `CONSOLE_PORT ${port}, not "0"`],
    [{ AUTHORITY_PORT: "65536" }, `AUTHORITY_PORT ${port}, not "65536"`],
    [{ AUTHORITY_PORT: "1e3" }, `AUTHORITY_PORT ${port}, not "1e3"`],
    [{ METRICS_PORT: "-1" }, `METRICS_PORT ${port}, not "-1"`],
    [{ AUTHORITY_PORT: "3000" }, "AUTHORITY_PORT must differ from CONSOLE_PORT, both are 3000"],
    [{ METRICS_PORT: "4000" }, "METRICS_PORT must differ from CONSOLE_PORT and AUTHORITY_PORT, not 4000"],
    [{ DATA_DIR: "a\0b" }, 'DATA_DIR must be a folder, not "a\\u0000b"'],
    [
      { DATABASE_URL: "mysql://u:secret@db/x" },
      "DATABASE_URL must be a postgres://user:password@host:port/database URL",
    ],
    [{ CONSOLE_URL: "console.example.com" }, `CONSOLE_URL ${origin}, not "console.example.com"`],
    [{ CONSOLE_URL: "ftp://x" }, `CONSOLE_URL ${origin}, not "ftp://x"`],
    [{ AUTHORITY_ISSUER: "https://x/path" }, `AUTHORITY_ISSUER ${origin}, not "https://x/path"`],
    [{ AUTHORITY_ISSUER: "https://x/?" }, `AUTHORITY_ISSUER ${origin}, not "https://x/?"`],
    [{ AUTHORITY_ISSUER: "https://me@x" }, `AUTHORITY_ISSUER ${origin}, not "https://me@x"`],
    [
      { ENVIRONMENT_NAME: "a\u001b[31m" },
      'ENVIRONMENT_NAME must be a name of 1 to 40 printable characters, not "a\\u001b[31m"',
    ],
    [
      { TRUSTED_PROXIES: "10.0.0.0/33" },
      'TRUSTED_PROXIES must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8,::1, not "10.0.0.0/33"',
    ],
    [
      { OUTBOUND_ALLOW: "https://siem.internal/path" },
      'OUTBOUND_ALLOW must be addresses, CIDR ranges, host names and http origins separated by commas, such as 10.0.0.0/8,siem.internal, not "https://siem.internal/path"',
    ],
    [
      { TRUSTED_PROXIES: "proxy.local" },
      'TRUSTED_PROXIES must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8,::1, not "proxy.local"',
    ],
    [{ TLS_CERT: pem }, "TLS_KEY must be set when TLS_CERT is"],
    [{ TLS_KEY: pem }, "TLS_CERT must be set when TLS_KEY is"],
    [
      { TLS_CERT: "/nowhere.pem", TLS_KEY: pem },
      'TLS_CERT must be the path of a readable PEM file, not "/nowhere.pem"',
    ],
    [
      { COUNTRY_DATABASE: "/nowhere.mmdb" },
      'COUNTRY_DATABASE must be the path of a readable MaxMind DB file (.mmdb), not "/nowhere.mmdb"',
    ],
    [{ MASTER_KEY: "c2hvcnQ=" }, "MASTER_KEY must be exactly 32 bytes in base64 (openssl rand -base64 32)"],
    [
      { MASTER_KEY_NEXT: "c2hvcnQ=" },
      "MASTER_KEY_NEXT must be exactly 32 bytes in base64 (openssl rand -base64 32)",
    ],
    [
      { MASTER_KEY: key, MASTER_KEY_FILE: "/run/secrets/key" },
      "MASTER_KEY_FILE must not be set beside MASTER_KEY: which of them is meant?",
    ],
    [
      { MASTER_KEY: key.replace("=", "") },
      "MASTER_KEY must be exactly 32 bytes in base64 (openssl rand -base64 32)",
    ],
    [{ ADMIN_EMAIL: "owner" }, 'ADMIN_EMAIL must be an e-mail address, not "owner"'],
    [
      { ADMIN_EMAIL: "o@example.com", ADMIN_PASSWORD: "short" },
      "ADMIN_PASSWORD must have 12 to 256 characters",
    ],
    [{ ADMIN_EMAIL: "o@example.com" }, "ADMIN_PASSWORD must be set when ADMIN_EMAIL is"],
    [{ ADMIN_PASSWORD: "long enough password" }, "ADMIN_EMAIL must be set when ADMIN_PASSWORD is"],
    [{ DEMO: "yes" }, 'DEMO must be 1 or 0, not "yes"'],
    [
      { LOG_LEVEL: "loud" },
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
    ],
  ];

  it.each(refused)("refuses %j with one line", (source, line) => {
    expect(() => parseEnv(source)).toThrow(
      new EnvError(line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)),
    );
  });
});
