import { createVerifier, VerifierError } from "#verifier/index.ts";
import type { AuthorityDoor } from "./authority-door.ts";
import { type Check, originOf } from "./resource-server.ts";
import { createUseReporter } from "./use-reporter.ts";

export type PackageCheck = { check: Check; close(): void };

/** The jti of a JWT of ours; null of an opaque token, of which the authority was asked and has the use on record. */
function jtiOf(bearer: string): string | null {
  try {
    const { jti } = JSON.parse(Buffer.from(bearer.split(".")[1] ?? "", "base64url").toString()) as {
      jti?: unknown;
    };
    return typeof jti === "string" ? jti : null;
  } catch {
    return null;
  }
}

/** What a refusal is told as; null where nothing was refused that is on record: no signature of ours stood over it. */
function refusalOf({ code }: VerifierError): string | null {
  switch (code) {
    case "permission":
    case "audience":
    case "expired":
    case "revoked":
    case "suspended":
    case "client_disabled":
      return code;
    default:
      return null;
  }
}

/**
 * Judges tokens here, by the npm package on the feed, as a resource server that installed it does. The package does not know what is answered, so the uses are told from this
 * server's own access log: with method, path, status and bytes.
 */
export function checkByPackage({
  door,
  issuer,
  authorityUrl,
  audiences,
  secret,
}: {
  door: AuthorityDoor;
  issuer: string;
  /** Where the authority is reached. */
  authorityUrl: string;
  audiences: readonly string[];
  secret: string;
}): PackageCheck {
  const verifier = createVerifier({ issuer, authorityUrl, audience: audiences, secret, reports: false });
  const reporter = createUseReporter(door, secret);

  async function judge(bearer: string, permission: string, audience: string) {
    try {
      const token = await verifier.verify(bearer, { permissions: [permission] });
      const isFor = token.audiences.includes(audience);
      return { verdict: isFor ? 200 : 401, refusal: isFor ? null : "audience", isOurs: true } as const;
    } catch (error) {
      if (!(error instanceof VerifierError)) throw error;
      switch (error.code) {
        // nothing is said about the token: nothing is let through
        case "stale":
        case "unavailable":
        case "audit_unavailable":
        case "not_ready":
        case "closed":
          throw error;
        default: {
          const refusal = refusalOf(error);
          const verdict = error.code === "permission" ? 403 : 401;
          return { verdict, refusal, isOurs: refusal !== null } as const;
        }
      }
    }
  }

  return {
    async check(bearer, { permission, audience }, request) {
      const began = performance.now();
      const { verdict, refusal, isOurs } = await judge(bearer, permission, audience);
      const latencyUs = Math.round((performance.now() - began) * 1_000);
      const token = isOurs ? jtiOf(bearer) : null;
      if (token === null) return { verdict };
      const line = { token, audience, refusal, latencyUs, ...originOf(request) };
      const [method, path] = [request.method ?? "GET", request.url ?? "/"];
      return { verdict, onAnswered: (answer) => reporter.tell({ ...line, method, path, ...answer }) };
    },
    close() {
      reporter.close();
      void verifier.close().catch(() => undefined);
    },
  };
}
