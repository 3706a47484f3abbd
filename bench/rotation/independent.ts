import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from "jose";

/** How a verifier of jose's keeps the JWKS. `default`: as jose does where it is told nothing. `obedient`: for as long as the header says, and it never asks anew for a key that it does not know. */
export type Keeping = "default" | "obedient";

/** A verifier that has nothing of ours: jose, and the JWKS of one authority. */
export class Independent {
  readonly keeping: Keeping;
  /** Times that it was shown a token whose key its kept JWKS did not have. */
  unknownKids = 0;
  fetches = 0;
  readonly #issuer: string;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(url: string, issuer: string, keeping: Keeping, cacheSeconds: number) {
    this.keeping = keeping;
    this.#issuer = issuer;
    const fetched = (address: string | URL, init: RequestInit) => {
      this.fetches += 1;
      return fetch(address, init);
    };
    this.#keys = createRemoteJWKSet(new URL(`${url}/oauth/jwks`), {
      [customFetch]: fetched as typeof fetch,
      ...(keeping === "default"
        ? {}
        : { cacheMaxAge: cacheSeconds * 1_000, cooldownDuration: Number.MAX_SAFE_INTEGER }),
    });
  }

  /** Fetches the JWKS now, and keeps it from now on. */
  async fill(): Promise<void> {
    await this.#keys.reload();
  }

  /** @throws where the token is not good here. */
  async check(token: string): Promise<void> {
    const { kid } = decodeProtectedHeader(token);
    if (this.#keys.fresh && this.#keys.jwks()?.keys.some((key) => key.kid === kid) !== true)
      this.unknownKids += 1;
    await jwtVerify(token, this.#keys, { issuer: this.#issuer, typ: "at+jwt", algorithms: ["ES256"] });
  }
}
