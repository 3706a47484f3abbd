import { randomBytes } from "node:crypto";
import path from "node:path";
import { createPeerDatabase } from "#bench/authority/sides.ts";
import { findPeers, type WantedPeers } from "#bench/peers/available.ts";
import { runKeycloak } from "#bench/peers/keycloak/start-keycloak.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";

export type KeycloakStarts = {
  /** Seconds of its first start, on an empty database; null: it was not measured. */
  first: number | null;
  /** Seconds of those after that. */
  next: number[];
  version: string | null;
};

const NONE: KeycloakStarts = { first: null, next: [], version: null };

/** Times Keycloak's own start, already built, against a database that is already up. */
export async function timeKeycloak(options: {
  peers: WantedPeers;
  rounds: number;
  folder: string;
  log(line: string): void;
  stack: AsyncDisposableStack;
}): Promise<KeycloakStarts> {
  const { peers, rounds, folder, log, stack } = options;
  const wanted = peers === "built" ? peers : peers.filter((name) => name === "keycloak");
  const { available, missing } = await findPeers(wanted, log, stack);
  const keycloak = available.find(({ peer }) => peer.name === "keycloak");
  if (keycloak === undefined) {
    const why = missing.find(({ peer }) => peer.name === "keycloak")?.why;
    log(`not run: Keycloak's start (${why})`);
    return NONE;
  }
  const server = await startEmbeddedDatabase({ dataDir: path.join(folder, "keycloak") });
  stack.defer(() => server.stop());
  const databaseUrl = await createPeerDatabase(server, "keycloak");
  const bootstrapSecret = randomBytes(32).toString("base64url");
  const seconds: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const { child } = await runKeycloak({ home: keycloak.home, databaseUrl, bootstrapSecret, stack });
    await child.stop();
    seconds.push(child.readyAfterMs / 1_000);
    log(`Keycloak ${round === 0 ? "first" : `${round}/${rounds}`}: ${seconds.at(-1)?.toFixed(1)} s`);
  }
  const [first, ...next] = seconds;
  return { first: first ?? null, next, version: keycloak.peer.version };
}
