import type { FastifyInstance } from "fastify";
import type { Services } from "../services.ts";
import { CONFIGURATION_PATH, transmitterConfiguration } from "./configuration.ts";
import { addPollRoute } from "./poll.ts";
import { addReceiveRoute } from "./receive.ts";
import { SignalWatch } from "./signal-watch.ts";
import { addStreamRoutes } from "./streams.ts";

/** What is posted here: requests of the stream API, and security events. */
const BODIES = ["application/json", "application/secevent+jwt"];

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
  app.register(async (scope) => {
    for (const type of BODIES)
      scope.addContentTypeParser(type, { parseAs: "string" }, (_request, body, done) => done(null, body));
    addStreamRoutes(scope, services);
    addPollRoute(scope, services, watch);
    addReceiveRoute(scope, services);
  });
}
