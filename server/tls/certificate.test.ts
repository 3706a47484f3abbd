import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readCertificate } from "./certificate.ts";
import { followCertificate } from "./renewal.ts";
import { HAS_OPENSSL, makeCertificate, type TestCertificate } from "./test-certificate.ts";

const DAY_MS = 86_400_000;

describe.skipIf(!HAS_OPENSSL)("a certificate (not run without openssl)", () => {
  let one: TestCertificate;
  let other: TestCertificate;
  let folder: string;
  beforeAll(() => {
    [one, other] = [makeCertificate(), makeCertificate()];
    folder = path.dirname(one.certPath);
  });

  function file(name: string, content: string): string {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  }

  it("is read with the key that belongs to it", () => {
    expect(readCertificate(one).expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it.each([
    [
      "that has expired",
      () => readCertificate(one, new Date(Date.now() + 31 * DAY_MS)),
      /^TLS_CERT holds a certificate that expired at \d{4}-\S+Z$/,
    ],
    [
      "that is not valid yet",
      () => readCertificate(one, new Date(Date.now() - DAY_MS)),
      /^TLS_CERT holds a certificate that is valid from \d{4}-\S+Z on$/,
    ],
    [
      "with another's key",
      () => readCertificate({ certPath: one.certPath, keyPath: other.keyPath }),
      /^TLS_KEY is not the key of the certificate in \S+cert\.pem$/,
    ],
    [
      "that is none",
      () => readCertificate({ certPath: file("no-cert.pem", "nonsense"), keyPath: one.keyPath }),
      /^TLS_CERT must hold a certificate in PEM, which \S+no-cert\.pem does not$/,
    ],
    [
      "that was swapped with its key",
      () => readCertificate({ certPath: one.keyPath, keyPath: one.certPath }),
      /^TLS_CERT must hold a certificate in PEM/,
    ],
    [
      "whose key is none",
      () => readCertificate({ certPath: one.certPath, keyPath: file("no-key.pem", "") }),
      /^TLS_KEY must hold a private key in PEM without a passphrase, which \S+no-key\.pem does not$/,
    ],
    [
      "that went away",
      () => readCertificate({ certPath: "/nowhere/cert.pem", keyPath: one.keyPath }),
      /^TLS_CERT cannot be read from \/nowhere\/cert\.pem \(ENOENT\)$/,
    ],
  ])("%s is refused in one line", (_what, read, line) => {
    expect(read).toThrow(line);
  });

  it("that is replaced by a half is kept, told of once, and given up for the whole", async () => {
    const paths = { certPath: file("live-cert.pem", one.pem), keyPath: path.join(folder, "live-key.pem") };
    copyFileSync(one.keyPath, paths.keyPath);
    const [taken, told]: [unknown[], object[]] = [[], []];
    const renewal = followCertificate({
      server: { setSecureContext: (options) => void taken.push(options.cert) },
      paths,
      current: readCertificate(paths),
      log: { info: () => {}, warn: (fields) => void told.push(fields) },
    });
    try {
      writeFileSync(paths.certPath, other.pem);
      await expect.poll(() => told, { timeout: 10_000 }).toHaveLength(1);
      expect(told[0]).toMatchObject({ reason: expect.stringContaining("TLS_KEY is not the key") });
      expect(taken).toEqual([]);
      copyFileSync(other.keyPath, paths.keyPath);
      await expect.poll(() => taken.map(String), { timeout: 10_000 }).toEqual([other.pem]);
      expect(told).toHaveLength(1);
    } finally {
      renewal.stop();
    }
  });
});
