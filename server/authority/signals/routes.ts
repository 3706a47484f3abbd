import type { FastifyInstance } from "fastify";
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
  addStreamRoutes(app, services);
  addPollRoute(app, services, watch);
  addReceiveRoute(app, services);
}
