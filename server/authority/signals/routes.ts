import type { FastifyInstance } from "fastify";
import { publicJwks } from "#lib/keys/public-jwks.ts";
import type { Services } from "../services.ts";
import { CONFIGURATION_PATH, transmitterConfiguration } from "./configuration.ts";
import { addPollRoute } from "./poll.ts";
import { addReceiveRoute } from "./receive.ts";
import { SignalWatch } from "./signal-watch.ts";
import { addStreamRoutes } from "./streams.ts";

/** Shared Signals: what this transmitter is, its streams, and what peers send. */
export function addSignalRoutes(app: FastifyInstance, services: Services): void {
  const watch = new SignalWatch(services.db);
  app.addHook("onClose", async () => watch.stop());
  app.get(CONFIGURATION_PATH, (_request, reply) =>
    reply
      .header("cache-control", "public, max-age=600")
      .header("access-control-allow-origin", "*")
      .send(transmitterConfiguration(services.env.authorityIssuer)),
  );
  app.get("/revocations/jwks", (_request, reply) =>
    reply
      .header("cache-control", "public, max-age=600")
      .header("content-type", "application/jwk-set+json")
      .send(
        JSON.stringify(publicJwks(services.follower.registry.keys.filter((key) => key.purpose === "feed"))),
      ),
  );
  addStreamRoutes(app, services);
  addPollRoute(app, services, watch);
  addReceiveRoute(app, services);
}
