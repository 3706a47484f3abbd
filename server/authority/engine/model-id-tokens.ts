import { decodeProtectedHeader, type JWK } from "jose";
import type Provider from "oidc-provider";

type EngineClient = { idTokenSignedResponseAlg: string };
type IdTokens = { validate(jwt: string, client: EngineClient): Promise<unknown> };

function kidOf(jwt: string): unknown {
  try {
    return decodeProtectedHeader(jwt).kid;
  } catch {
    return undefined;
  }
}

/**
 * An `id_token_hint` is checked by the algorithm of the key that signed it. The engine goes by the client's present one, and would refuse what was
 * signed before the algorithm changed.
 */
export function shapeIdTokens(provider: Provider, jwks: readonly JWK[]): void {
  const { IdToken } = provider as unknown as { IdToken: IdTokens };
  const validate = IdToken.validate.bind(IdToken);
  Object.defineProperty(IdToken, "validate", {
    value(jwt: string, client: EngineClient) {
      const kid = kidOf(jwt);
      const alg = jwks.find((key) => key.kid === kid)?.alg ?? client.idTokenSignedResponseAlg;
      return validate(
        jwt,
        Object.create(client, { idTokenSignedResponseAlg: { value: alg } }) as EngineClient,
      );
    },
  });
}
