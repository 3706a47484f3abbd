import { randomBytes } from "node:crypto";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "#lib/db/test-database.ts";
import { freePort } from "#lib/test-port.ts";
import { type Process, startProcess } from "#server/faults/process.ts";
import { openConnection } from "#server/test-socket.ts";
import { HAS_OPENSSL, makeCertificate, type TestCertificate } from "#server/tls/test-certificate.ts";

const REQUEST = "POST /oauth/introspect HTTP/1.1\r\nHost: localhost\r\n";
/** Half requests end after one second; what is written down last, and the process itself, take their part. */
const STOPS_WITHIN_MS = 4_000;

let databaseUrl: string;
let certificate: TestCertificate;

beforeAll(async () => {
  ({ url: databaseUrl } = await testDatabase());
  if (HAS_OPENSSL) certificate = makeCertificate();
});

/** A whole authority as the supervisor runs it, stopped as the supervisor stops it. */
async function startAuthority(isTls: boolean): Promise<{ authority: Process; port: number }> {
  const port = await freePort();
  const authority = await startProcess("server/authority/main.ts", {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: masterKey,
    AUTHORITY_PORT: String(port),
    METRICS_PORT: String(await freePort()),
    AUTHORITY_ISSUER: "https://localhost:4000",
    ...(isTls ? { TLS_CERT: certificate.certPath, TLS_KEY: certificate.keyPath } : {}),
  });
  started.push(authority);
  return { authority, port };
}

const masterKey = randomBytes(32).toString("base64");
const started: Process[] = [];
afterAll(() => Promise.all(started.map((one) => one.kill())));

async function stopMs(authority: Process): Promise<number> {
  const startedAt = performance.now();
  await authority.stop();
  return performance.now() - startedAt;
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 200));

test("a whole authority ends within four seconds of SIGTERM beside connections that have sent nothing, or half a request", async () => {
  const { authority, port } = await startAuthority(false);
  const connections = ["", "POST /oa", REQUEST, `${REQUEST}Content-Length: 100\r\n\r\nabc`].map((text) => {
    const connection = openConnection(port);
    connection.write(text);
    return connection;
  });
  await settle();
  expect(await stopMs(authority)).toBeLessThan(STOPS_WITHIN_MS);
  for (const connection of connections) await connection.ended;
});

describe.skipIf(!HAS_OPENSSL)("an authority that serves TLS itself (not run without openssl)", () => {
  test("ends within four seconds of SIGTERM beside connections that began no handshake, half of one, or half a request", async () => {
    const { authority, port } = await startAuthority(true);
    const silent = openConnection(port);
    const half = openConnection(port);
    // the head of a record that says that 512 bytes of a ClientHello come, and the first few of them
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]));
    const sockets = await Promise.all(
      ["", REQUEST, `${REQUEST}Content-Length: 100\r\n\r\nabc`].map(
        (text) =>
          new Promise<{ ended: Promise<void> }>((resolve, reject) => {
            const socket = connectTls({ host: "localhost", port, ca: certificate.pem });
            const ended = new Promise<void>((end) => socket.once("close", () => end()));
            socket.once("error", reject);
            socket.once("secureConnect", () => {
              socket.off("error", reject).on("error", () => {});
              if (text !== "") socket.write(text);
              socket.resume();
              resolve({ ended });
            });
          }),
      ),
    );
    await settle();
    expect(await stopMs(authority)).toBeLessThan(STOPS_WITHIN_MS);
    await Promise.all([silent.ended, half.ended, ...sockets.map((socket) => socket.ended)]);
  });
});
