import { VerifierError } from "./errors.ts";
import type { Verifier } from "./index.ts";
import {
  answerMalformed,
  answerNothing,
  answerRefusal,
  type Demand,
  type RefusalAnswer,
  readAuthorization,
} from "./refusal-answer.ts";
import type { VerifiedToken } from "./verified-token.ts";

/** A request as any framework has it. `url` is its address as the caller sees it. */
export type RequestFacts = {
  authorization: string | null | undefined;
  proof: string | null | undefined;
  method: string;
  url: string;
  ip: string | undefined;
  userAgent: string | null | undefined;
};

export type Checked = { token: VerifiedToken } | { token: null; refusal: RefusalAnswer };

function pathOf(url: string): string | undefined {
  try {
    return new URL(url).pathname;
  } catch {
    return undefined;
  }
}

/** Whether a request may pass, or what is to be answered. Throws nothing. */
export async function checkRequest(
  verifier: Verifier,
  demand: Demand,
  request: RequestFacts,
): Promise<Checked> {
  const presented = readAuthorization(request.authorization);
  if (presented.kind === "nothing") return { token: null, refusal: answerNothing(demand) };
  if (presented.kind === "malformed") return { token: null, refusal: answerMalformed(demand) };
  const { proof, method, url, ip, userAgent } = request;
  const path = pathOf(url);
  try {
    const isProven = presented.scheme === "DPoP";
    if (isProven && !proof)
      throw new VerifierError("proof_missing", "The token is presented without a proof of its key.");
    const token = await verifier.verify(presented.token, {
      method,
      url,
      ...(demand.permissions === undefined ? {} : { permissions: demand.permissions }),
      ...(path === undefined ? {} : { path }),
      ...(ip === undefined ? {} : { ip }),
      ...(userAgent ? { userAgent } : {}),
      // a proof beside a bearer token is not looked at: the token may be bound to nothing
      ...(isProven && proof ? { proof } : {}),
    });
    return { token };
  } catch (thrown) {
    return { token: null, refusal: answerRefusal(thrown, demand) };
  }
}
