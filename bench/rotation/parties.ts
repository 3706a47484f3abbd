import { AUDIENCE } from "#bench/authority/seed-registry.ts";
import { createVerifier, type Verifier } from "#verifier/index.ts";
import { type Doors, doorsOf } from "./doors.ts";
import { Independent } from "./independent.ts";
import { FULL_CACHE_SECONDS, type Settings } from "./settings.ts";
import type { Instance } from "./start-instance.ts";

/** All who say whether a token is good: two authorities by two doors each, the npm package, and verifiers that have nothing of ours. */
export type Parties = {
  doors: [Doors, Doors];
  independents: Independent[];
  packages: Verifier[];
};

/** Of each keeping and authority. */
const INDEPENDENTS = 2;

export async function openParties(
  instance: Instance,
  { cacheSeconds }: Settings,
  stack: AsyncDisposableStack,
): Promise<Parties> {
  const { urls, issuer, verifierSecret } = instance;
  // jose keeps a JWKS for ten minutes whatever the header says: below that it would not keep to the product's word
  const keepings =
    cacheSeconds < FULL_CACHE_SECONDS ? (["obedient"] as const) : (["default", "obedient"] as const);
  const independents = urls.flatMap((url) =>
    keepings.flatMap((keeping) =>
      Array.from({ length: INDEPENDENTS }, () => new Independent(url, issuer, keeping, cacheSeconds)),
    ),
  );
  const packages = urls.map((authorityUrl) =>
    createVerifier({ issuer, authorityUrl, audience: AUDIENCE, secret: verifierSecret, reports: false }),
  );
  stack.defer(async () => {
    await Promise.all(packages.map((verifier) => verifier.close()));
  });
  await Promise.all(packages.map((verifier) => verifier.ready()));
  return { doors: [doorsOf(urls[0], instance), doorsOf(urls[1], instance)], independents, packages };
}

/** Fills every cache anew: nobody can have an older one of what is changed now, nor keep this one for longer. */
export async function fillCaches({ independents }: Parties): Promise<void> {
  await Promise.all(independents.map((one) => one.fill()));
}
