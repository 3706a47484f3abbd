import { SAMPLE_VERIFIERS, type SampleVerifier } from "#lib/demo/sample-clients.ts";
import type { AuthorityDoor, Origin } from "./authority-door.ts";
import { checkByPackage } from "./check-by-package.ts";
import { type LoopbackPort, openLoopbackPort } from "./http-exchange.ts";
import type { Operation } from "./operations.ts";
import {
  type Check,
  checkByForwardAuth,
  checkByIntrospection,
  startResourceServer,
} from "./resource-server.ts";

/** What an API answered: ok (the token was good, whatever else was not), unauthorized (the token is not good), forbidden (it lacks the permission), or nothing of use. */
export type CallOutcome = "ok" | "unauthorized" | "forbidden" | "failed";

export type SampleApis = {
  /** Calls an operation at the API of its audience, or at that of `at`. Never throws. */
  call(operation: Operation, bearer: string, from: Origin, at?: string): Promise<CallOutcome>;
  close(): void;
};

export type SampleApisOptions = {
  door: AuthorityDoor;
  verifierSecrets: Record<string, string>;
  issuer: string;
  /** Where the authority answers in plain HTTP; null where it serves HTTPS itself, by a certificate that this process need not trust: then all of them ask. */
  authorityUrl: string | null;
};

function outcomeOf(status: number): CallOutcome {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  // without a verdict it is 503
  return status === 503 ? "failed" : "ok";
}

function checkOf(
  { name, checkWay, audiences }: SampleVerifier,
  { door, verifierSecrets, issuer, authorityUrl }: SampleApisOptions,
): { check: Check; close?(): void } {
  const secret = verifierSecrets[name] ?? "";
  if (checkWay === "forward_auth") return { check: checkByForwardAuth(door, secret) };
  if (checkWay === "feed" && authorityUrl !== null)
    return checkByPackage({ door, issuer, authorityUrl, audiences, secret });
  return { check: checkByIntrospection(door, secret) };
}

/** Starts the sample organisation's APIs, one behind each verifier, each by its way. */
export async function startSampleApis(options: SampleApisOptions): Promise<SampleApis> {
  const running: { server: { close(): void }; port: LoopbackPort; checks: { close?(): void } }[] = [];
  const byAudience = new Map<string, LoopbackPort>();
  for (const verifier of SAMPLE_VERIFIERS) {
    const checks = checkOf(verifier, options);
    const server = await startResourceServer(verifier.name, checks.check);
    const port = openLoopbackPort(server.port, false);
    running.push({ server, port, checks });
    for (const audience of verifier.audiences) byAudience.set(audience, port);
  }

  async function call(operation: Operation, bearer: string, from: Origin, at = operation.audience) {
    const id = Math.random().toString(36).slice(2, 10);
    const answer = await byAudience
      .get(at)
      ?.ask({
        method: operation.method,
        target: operation.path.replace("{}", id),
        headers: {
          authorization: `Bearer ${bearer}`,
          "x-forwarded-for": from.ip,
          "user-agent": from.userAgent,
          "content-length": 0,
        },
      })
      .catch(() => null);
    return answer ? outcomeOf(answer.status) : "failed";
  }

  return {
    call,
    close: () => {
      for (const { server, port, checks } of running) {
        port.close();
        server.close();
        checks.close?.();
      }
    },
  };
}
