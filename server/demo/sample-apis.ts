import { SAMPLE_VERIFIERS } from "#lib/demo/sample-clients.ts";
import type { AuthorityDoor, Origin } from "./authority-door.ts";
import { type LoopbackPort, openLoopbackPort } from "./http-exchange.ts";
import type { Operation } from "./operations.ts";
import { checkByForwardAuth, checkByIntrospection, startResourceServer } from "./resource-server.ts";

/** What an API answered: ok, unauthorized (the token is not good), forbidden (it lacks the permission), or nothing of use. */
export type CallOutcome = "ok" | "unauthorized" | "forbidden" | "failed";

export type SampleApis = {
  /** Calls an operation at the API of its audience, or at that of `at`. Never throws. */
  call(operation: Operation, bearer: string, from: Origin, at?: string): Promise<CallOutcome>;
  close(): void;
};

const FORWARD_AUTH = "edge-gateway";

function outcomeOf(status: number): CallOutcome {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  return status < 300 ? "ok" : "failed";
}

/** Starts the sample organisation's APIs, one behind each verifier. */
export async function startSampleApis(
  door: AuthorityDoor,
  verifierSecrets: Record<string, string>,
): Promise<SampleApis> {
  const running: { server: { close(): void }; port: LoopbackPort }[] = [];
  const byAudience = new Map<string, LoopbackPort>();
  for (const { name, audiences } of SAMPLE_VERIFIERS) {
    const secret = verifierSecrets[name] ?? "";
    const check =
      name === FORWARD_AUTH ? checkByForwardAuth(door, secret) : checkByIntrospection(door, secret);
    const server = await startResourceServer(name, check);
    const port = openLoopbackPort(server.port, false);
    running.push({ server, port });
    for (const audience of audiences) byAudience.set(audience, port);
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
      for (const { server, port } of running) {
        port.close();
        server.close();
      }
    },
  };
}
