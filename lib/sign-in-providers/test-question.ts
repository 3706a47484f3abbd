import { createHash, randomBytes } from "node:crypto";
import type { AskedOf, ExchangingProvider } from "./exchange-code.ts";
import { type TestProvider, walkProvider } from "./test-provider.ts";

const random = () => randomBytes(32).toString("base64url");

export function makeAsked(redirectUri: string): AskedOf {
  return { state: random(), nonce: random(), codeVerifier: random(), redirectUri };
}

/** Asks a provider as the console does, and walks there as its person. @returns what the browser brings back. */
export async function answerTo(
  theirs: TestProvider,
  provider: Pick<ExchangingProvider, "clientId" | "metadata">,
  asked: AskedOf,
): Promise<URLSearchParams> {
  const question = new URL(provider.metadata.authorization_endpoint);
  question.search = new URLSearchParams({
    client_id: provider.clientId,
    response_type: "code",
    scope: "openid email profile groups",
    redirect_uri: asked.redirectUri,
    state: asked.state,
    nonce: asked.nonce,
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(asked.codeVerifier).digest("base64url"),
  }).toString();
  return new URL(await walkProvider(theirs, question.href)).searchParams;
}
