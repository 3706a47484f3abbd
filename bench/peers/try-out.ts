import type { RunningSide } from "./peer.ts";

const PATIENCE_MS = 30_000;

/**
 * Asks for as many tokens at a time as the load will, before any round depends on it.
 *
 * @throws where one is not given.
 */
export async function tryOut({ endpoints }: RunningSide, connections: number): Promise<void> {
  const { token, clientAuthorization, usedForm } = endpoints;
  const ask = async () => {
    const response = await fetch(token, {
      method: "POST",
      headers: {
        authorization: clientAuthorization,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: usedForm,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${answer.slice(0, 300)}`);
  };
  try {
    await Promise.all(Array.from({ length: connections }, ask));
  } catch (error) {
    throw new Error(`it does not give ${connections} tokens at a time: ${(error as Error).message}`);
  }
}
