import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import type { Env } from "#lib/env.ts";
import { type Certificate, readCertificate, TLS_POLICY } from "./certificate.ts";

/** What can be given another certificate: an HTTPS server. */
type TlsServer = { setSecureContext(options: SecureContextOptions): void };

type RenewalLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type RenewalOptions = {
  server: TlsServer;
  paths: NonNullable<Env["tls"]>;
  /** What the server has now. */
  current: Certificate;
  log: RenewalLog;
};

const CHECK_MS = 2_000;

function contentOf(files: string[]): string {
  try {
    return files.map((file) => readFileSync(file, "latin1")).join("\n");
  } catch {
    return "";
  }
}

/**
 * Takes a certificate that was replaced on disk for every connection made from then on. Files that cannot be used leave the one in use where it
 * is; they are complained about once, and not before they stand still: the two are rarely replaced in the same instant.
 */
export function followCertificate({ server, paths, current, log }: RenewalOptions): { stop(): void } {
  const files = [paths.certPath, paths.keyPath];
  let taken = current.digest;
  let seen = contentOf(files);
  let complainedOf = "";

  function check(): void {
    const content = contentOf(files);
    const isSettled = content === seen;
    seen = content;
    try {
      const { cert, key, digest, expiresAt } = readCertificate(paths);
      if (digest === taken) return;
      server.setSecureContext({ ...TLS_POLICY, cert, key });
      taken = digest;
      log.info({ expiresAt }, "took the new certificate");
    } catch (error) {
      if (!isSettled || complainedOf === content) return;
      complainedOf = content;
      log.warn(
        { reason: (error as Error).message },
        "the certificate on disk cannot be used; the one in use stays",
      );
    }
  }

  const timer = setInterval(check, CHECK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
