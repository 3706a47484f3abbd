import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { createStateSeal } from "#lib/protocol/state-seal.ts";
import type { RegistrySnapshot } from "#lib/registry/snapshot.ts";
import { logFailure } from "#server/log-failure.ts";
import { handleAccount, isAccountAddress } from "../account/account.ts";
import { buildEngine } from "./build-engine.ts";
import type { EngineDeps } from "./deps.ts";
import { isPlainForm, readEngineBody, replayBody } from "./engine-body.ts";
import { handleInteraction } from "./interactions.ts";
import { factsOf } from "./request-facts.ts";
import type { ServiceTokens } from "./service-tokens.ts";

export type EngineHost = {
  /** Answers one request of the protocol: `/oauth/*`, `/.well-known/*`, `/interaction/*` and `/account`; anything else is not found. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Told that the registry changed: builds the engine of other keys, or of another clock tolerance, before the next request needs it. */
  refresh(): void;
};

type Engine = {
  provider: Provider;
  serviceTokens: ServiceTokens;
  callback: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
};

function sendJson(res: ServerResponse, status: number, body: object): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  res.end(JSON.stringify(body));
}

/** What an engine is told once, when it is built: its keys, and how far clocks may be off. */
function builtFor({ keySetVersion, organisation }: RegistrySnapshot): string {
  return `${keySetVersion} ${organisation.clockSkewSeconds}`;
}

/** Holds the engine of the registry's present keys and clock tolerance; an engine of others never answers a new request. */
export function createEngineHost(deps: EngineDeps): EngineHost {
  const seal = createStateSeal(deps.root, deps.masterKeys());
  let current: { builtFor: string; engine: Promise<Engine> } | null = null;

  async function build(): Promise<Engine> {
    const { provider, serviceTokens } = await buildEngine(deps, seal);
    const callback = provider.callback() as unknown as Engine["callback"];
    return { provider, serviceTokens, callback };
  }

  function engineNow(): Promise<Engine> {
    const present = builtFor(deps.registry());
    if (current?.builtFor !== present) {
      const building = { builtFor: present, engine: build() };
      current = building;
      building.engine.catch((error: unknown) => {
        deps.log.error({ err: error }, "the protocol engine could not be built for the present keys");
        // the next request tries again
        if (current === building) current = null;
      });
    }
    return (current as { engine: Promise<Engine> }).engine;
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { requestId } = factsOf(deps, req);
    res.setHeader("x-request-id", requestId);
    if (!req.url?.startsWith("/")) {
      const error_description = "The address must begin with a slash.";
      return sendJson(res, 400, { error: "invalid_request", error_description, request_id: requestId });
    }
    const isAccount = isAccountAddress(req.url);
    const isInteraction = req.url.startsWith("/interaction/");
    // pages read their own forms; what comes slowly is answered by the engine of when it is whole
    const body = isAccount || isInteraction ? null : await readEngineBody(req);
    let engine: Engine;
    try {
      engine = await engineNow();
    } catch {
      res.setHeader("retry-after", "1");
      return sendJson(res, 503, {
        error: "temporarily_unavailable",
        error_description: "The authority cannot use its signing keys.",
        request_id: requestId,
      });
    }
    if (isAccount) return handleAccount(deps, engine.provider, req, res);
    if (isInteraction) return handleInteraction(deps, engine.provider, req, res);
    if (body !== null) {
      const isPlain = req.url === "/oauth/token" && isPlainForm(req);
      if (isPlain && (await engine.serviceTokens.answer(req, res, body.toString("utf8")))) return;
      replayBody(req, body);
    }
    await engine.callback(req, res);
  }

  return {
    handle(req, res) {
      answer(req, res).catch((error: unknown) => {
        // whoever sent it has gone: there is nobody to answer
        if (req.errored !== null) return;
        logFailure(deps.log, error, {}, "a request failed");
        sendJson(res, 500, { error: "server_error", error_description: "Something went wrong here." });
      });
    },
    refresh() {
      engineNow().catch(() => {});
    },
  };
}
