import { openSqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import { createJwtSigner, type JwtSigner } from "#lib/keys/jwt-signer.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import type { RegistrySnapshot } from "#lib/registry/snapshot.ts";
import { createStatusListKeeper, type StatusListKeeper } from "#lib/status-lists/status-list-keeper.ts";
import { notReady } from "./answers.ts";
import type { Services } from "./services.ts";

/** The signer of the registry's active key for status lists, opened once for each set of keys. */
function createListSigner(registry: () => RegistrySnapshot, wrapper: KeyWrapper): () => Promise<JwtSigner> {
  let version: string | null = null;
  let signer: Promise<JwtSigner> | null = null;

  async function open({ keys }: RegistrySnapshot): Promise<JwtSigner> {
    const key = keys.find((one) => one.purpose === "status_list" && one.state === "active");
    if (key === undefined) throw new Error("there is no active signing key for status lists");
    const header = { alg: key.algorithm, typ: "statuslist+jwt", kid: key.kid };
    return createJwtSigner(await openPrivateKey(key, wrapper), header);
  }

  return () => {
    const snapshot = registry();
    if (signer === null || snapshot.keySetVersion !== version) {
      const opening = open(snapshot);
      version = snapshot.keySetVersion;
      signer = opening;
      opening.catch(() => {
        // the next list tries again
        if (signer === opening) signer = null;
      });
    }
    return signer;
  };
}

export type StatusListsOptions = {
  env: Pick<Env, "authorityIssuer">;
  databaseUrl: string;
  services: Pick<Services, "follower" | "wrapper">;
};

/** The status lists of one authority, with a connection of their own: what they read can take seconds, and nobody who issues or verifies waits for it. */
export function createStatusLists({
  env,
  databaseUrl,
  services: { follower, wrapper },
}: StatusListsOptions): {
  keeper: StatusListKeeper;
  stop(): Promise<void>;
} {
  const db = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden status lists",
  });
  const keeper = createStatusListKeeper({
    db,
    issuer: env.authorityIssuer,
    registry: () => follower.registry,
    position: () => follower.book.position,
    signer: createListSigner(() => follower.registry, wrapper),
    requireCurrent() {
      if (follower.isStale) throw notReady();
    },
  });
  return { keeper, stop: () => db.end() };
}
