import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { type Env, EnvError } from "#lib/env.ts";

type Paths = NonNullable<Env["tls"]>;
type Variable = "TLS_CERT" | "TLS_KEY";

/** A certificate chain and its private key, checked to belong together and to be valid now. */
export type Certificate = { cert: Buffer; key: Buffer; expiresAt: Date; digest: string };

/** What both doors speak: TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3. @see RFC 9325 section 4.2 */
export const TLS_POLICY: SecureContextOptions = {
  minVersion: "TLSv1.2",
  honorCipherOrder: true,
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
};

function readFile(variable: Variable, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new EnvError(variable, `cannot be read from ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseCertificate(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new EnvError("TLS_CERT", `must hold a certificate in PEM, which ${file} does not`);
  }
}

function parseKey(pem: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new EnvError(
      "TLS_KEY",
      `must hold a private key in PEM without a passphrase, which ${file} does not`,
    );
  }
}

function requireUsable(certificate: X509Certificate, now: Date): void {
  const { validFromDate, validToDate } = certificate;
  if (validToDate <= now)
    throw new EnvError("TLS_CERT", `holds a certificate that expired at ${validToDate.toISOString()}`);
  if (validFromDate > now)
    throw new EnvError(
      "TLS_CERT",
      `holds a certificate that is valid from ${validFromDate.toISOString()} on`,
    );
}

function requireAccepted(certificate: SecureContextOptions): void {
  try {
    createSecureContext({ ...TLS_POLICY, ...certificate });
  } catch (error) {
    throw new EnvError("TLS_CERT", `and TLS_KEY cannot be used: ${(error as Error).message}`);
  }
}

/**
 * The certificate and key of the environment.
 *
 * @throws {EnvError} in one line, for a file that cannot be read, is no PEM, has expired, is not valid yet, or is another's key.
 */
export function readCertificate({ certPath, keyPath }: Paths, now = new Date()): Certificate {
  const cert = readFile("TLS_CERT", certPath);
  const key = readFile("TLS_KEY", keyPath);
  const certificate = parseCertificate(cert, certPath);
  const privateKey = parseKey(key, keyPath);
  if (!certificate.checkPrivateKey(privateKey))
    throw new EnvError("TLS_KEY", `is not the key of the certificate in ${certPath}`);
  requireUsable(certificate, now);
  requireAccepted({ cert, key });
  const digest = createHash("sha256").update(cert).update(key).digest("hex");
  return { cert, key, expiresAt: certificate.validToDate, digest };
}
