import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Where a certificate and its key lie, and the certificate itself for who is to trust it. */
export type TestCertificate = { certPath: string; keyPath: string; pem: string };

/** Whether certificates can be made here: what needs one is not run otherwise. */
export const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;

/** A certificate for `localhost` that signs itself, in a new folder. */
export function makeCertificate(): TestCertificate {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-tls-"));
  const [certPath, keyPath] = [path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", keyPath, "-out", certPath];
  const made = spawnSync("openssl", ["req", "-x509", "-days", "30", ...key, ...subject, ...files]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  return { certPath, keyPath, pem: readFileSync(certPath, "utf8") };
}
