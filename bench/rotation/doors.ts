import { RESOURCE, SCOPE } from "#bench/authority/seed-registry.ts";
import type { Instance } from "./start-instance.ts";

/** A request that was not answered as it has to be. */
export class RequestFailure extends Error {}

async function answered(what: string, url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new RequestFailure(`${what}: ${(error as Error).message}`);
  }
  return response;
}

/** What applications and resource servers ask an authority, by HTTP. */
export function doorsOf(url: string, { clientAuthorization, verifierSecret }: Instance) {
  const bearer = { authorization: `Bearer ${verifierSecret}` };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return {
    /** @throws {RequestFailure} */
    async issue(): Promise<string> {
      const response = await answered("issue", `${url}/oauth/token`, {
        method: "POST",
        headers: { authorization: clientAuthorization, ...form },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE, resource: RESOURCE }),
      });
      const { access_token: token } = (await response.json()) as { access_token?: string };
      if (response.status !== 200 || token === undefined)
        throw new RequestFailure(`issue: ${response.status}`);
      return token;
    },

    /** Whether introspection says that it is active. @throws {RequestFailure} */
    async introspect(token: string): Promise<boolean> {
      const response = await answered("introspection", `${url}/oauth/introspect`, {
        method: "POST",
        headers: { ...bearer, ...form },
        body: new URLSearchParams({ token }),
      });
      const { active } = (await response.json()) as { active?: unknown };
      if (response.status !== 200 || typeof active !== "boolean")
        throw new RequestFailure(`introspection: ${response.status}`);
      return active;
    },

    /** Whether a gateway is told to let it through. @throws {RequestFailure} */
    async verify(token: string): Promise<boolean> {
      const response = await answered("verify", `${url}/verify`, {
        headers: {
          "x-tokenwarden-verifier": verifierSecret,
          authorization: `Bearer ${token}`,
          "x-forwarded-method": "GET",
          "x-forwarded-uri": "/orders",
        },
      });
      await response.arrayBuffer();
      if (response.status !== 200 && response.status !== 401)
        throw new RequestFailure(`verify: ${response.status}`);
      return response.status === 200;
    },
  };
}

export type Doors = ReturnType<typeof doorsOf>;
