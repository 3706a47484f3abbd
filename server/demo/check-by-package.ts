import { createVerifier, VerifierError } from "#verifier/index.ts";
import type { Check } from "./resource-server.ts";

export type PackageCheck = { check: Check; close(): void };

/** Judges tokens here, by the npm package on the feed, as a resource server that installed it does. */
export function checkByPackage({
  issuer,
  authorityUrl,
  audiences,
  secret,
}: {
  issuer: string;
  /** Where the authority is reached. */
  authorityUrl: string;
  audiences: readonly string[];
  secret: string;
}): PackageCheck {
  const verifier = createVerifier({ issuer, authorityUrl, audience: audiences, secret });
  return {
    async check(bearer, operation, request) {
      try {
        const token = await verifier.verify(bearer, {
          permissions: [operation.permission],
          method: request.method ?? "GET",
          path: request.url ?? "/",
          ip: String(request.headers["x-forwarded-for"] ?? "127.0.0.1"),
          userAgent: request.headers["user-agent"] ?? "",
        });
        return token.audiences.includes(operation.audience) ? 200 : 401;
      } catch (error) {
        if (!(error instanceof VerifierError)) throw error;
        switch (error.code) {
          case "permission":
            return 403;
          // nothing is said about the token: nothing is let through
          case "stale":
          case "unavailable":
          case "audit_unavailable":
          case "not_ready":
          case "closed":
            throw error;
          default:
            return 401;
        }
      }
    },
    close: () => void verifier.close().catch(() => undefined),
  };
}
