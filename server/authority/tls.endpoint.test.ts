import { copyFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import {
  type ConnectionOptions,
  connect,
  getCACertificates,
  setDefaultCACertificates,
  type TLSSocket,
} from "node:tls";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_OPENSSL, makeCertificate, type TestCertificate } from "#server/tls/test-certificate.ts";
import { TestBrowser } from "./engine/test-browser.ts";
import { discover, logIn, seedPeople, startAuthorization } from "./engine/test-people.ts";
import { introspect, issue, startTestInstance, type TestInstance } from "./test-authority.ts";

describe.skipIf(!HAS_OPENSSL)("an authority that serves TLS itself (not run without openssl)", () => {
  const trusted = getCACertificates("default");
  let certificate: TestCertificate;
  let instance: TestInstance;
  let port: number;

  beforeAll(async () => {
    certificate = makeCertificate();
    setDefaultCACertificates([...trusted, certificate.pem]);
    instance = await startTestInstance(1, {
      env: { TLS_CERT: certificate.certPath, TLS_KEY: certificate.keyPath },
    });
    port = Number(new URL(instance.issuer).port);
  });
  afterAll(() => instance.stop());

  function handshake(options: ConnectionOptions): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "localhost", port, rejectUnauthorized: false, ...options });
      socket.once("secureConnect", () => resolve(socket)).once("error", reject);
    });
  }

  async function protocolOf(options: ConnectionOptions): Promise<string> {
    const socket = await handshake(options);
    const spoken = `${socket.getProtocol()} ${socket.getCipher().name}`;
    socket.destroy();
    return spoken;
  }

  test("carries a whole sign-in of a client library, and its tokens", async () => {
    const people = await seedPeople(instance.db);
    await expect
      .poll(() => instance.authorities[0]?.services.follower.registry.clientsByClientId.has("web"))
      .toBe(true);
    const config = await discover(instance, people.web);
    expect(config.serverMetadata().token_endpoint).toBe(`${instance.issuer}/oauth/token`);
    const { tokens } = await logIn(config);
    const { billing } = instance.registry.verifiers;
    expect(await introspect(instance.issuer, tokens.access_token, billing.secret)).toMatchObject({
      active: true,
      iss: instance.issuer,
    });
    expect((await oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck)).email).toBe(
      "ana@example.com",
    );
  });

  test("speaks TLS 1.3 and 1.2 with forward secrecy, and nothing older or weaker", async () => {
    expect(await protocolOf({})).toBe("TLSv1.3 TLS_AES_256_GCM_SHA384");
    expect(await protocolOf({ maxVersion: "TLSv1.2" })).toMatch(/^TLSv1\.2 ECDHE-ECDSA-AES256-GCM-SHA384$/);
    const weak = { maxVersion: "TLSv1.2" } as const;
    // what the client itself would speak, or it proves nothing: its security level is lowered
    for (const ciphers of [
      "ECDHE-ECDSA-AES128-SHA256",
      "ECDHE-ECDSA-AES256-SHA",
      "ECDHE-RSA-AES128-SHA",
      "AES128-GCM-SHA256",
    ])
      await expect(protocolOf({ ...weak, ciphers: `${ciphers}:@SECLEVEL=0` })).rejects.toThrow(
        /handshake failure|ECONNRESET/,
      );
    for (const version of ["TLSv1", "TLSv1.1"] as const)
      await expect(
        protocolOf({ minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" }),
      ).rejects.toThrow(/protocol version|ECONNRESET/);
  });

  test("tells browsers to stay with TLS, and its cookies never travel without", async () => {
    const spa = { id: "spa", clientId: "spa", secret: null };
    const { url } = await startAuthorization(await discover(instance, spa), { scope: "openid" });
    const browser = new TestBrowser();
    const response = await browser.request(url);
    expect(response.headers.get("strict-transport-security")).toMatch(/max-age=\d{8,}/);
    const cookies = response.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__(?:Host|Secure)-tw_\w+(?:\.sig)?=/);
      expect(cookie.toLowerCase()).toMatch(/; secure/);
      expect(cookie.toLowerCase()).toMatch(/; httponly/);
      expect(cookie.toLowerCase()).toMatch(/; samesite=lax/);
      if (cookie.startsWith("__Host-")) expect(cookie.toLowerCase()).toMatch(/; path=\/;/);
    }
  });

  test("ends a connection that speaks plain HTTP at once, and goes on answering the others", async () => {
    const startedAt = Date.now();
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connectPlain(port, "localhost", () =>
        socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"),
      );
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(text));
    });
    expect(answer).not.toContain("200");
    // a handshake that does not come is waited for two minutes
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect((await fetch(`${instance.issuer}/healthz`)).status).toBe(200);
  });

  test("takes a certificate that is renewed on disk without a restart, and lets connections of before go on", async () => {
    const before = await handshake({});
    const fingerprint = before.getPeerCertificate().fingerprint256;
    const next = makeCertificate();
    copyFileSync(next.keyPath, certificate.keyPath);
    copyFileSync(next.certPath, certificate.certPath);
    await expect
      .poll(
        async () => {
          const socket = await handshake({ ca: next.pem, rejectUnauthorized: false });
          const isNew = socket.getPeerCertificate().fingerprint256 !== fingerprint;
          socket.destroy();
          return { isNew, ok: socket.authorized };
        },
        { timeout: 10_000, interval: 200 },
      )
      .toEqual({ isNew: true, ok: true });
    const answer = new Promise<string>((resolve) => before.once("data", (data) => resolve(String(data))));
    before.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    setDefaultCACertificates([...trusted, next.pem]);
    await issue(instance.issuer, instance.registry.jwtService);
  });
});
