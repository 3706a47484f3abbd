import type { Origin } from "./authority-door.ts";
import { type Operation, operationsOf } from "./operations.ts";
import type { CallOutcome } from "./sample-apis.ts";
import { pick, type Stage } from "./stage.ts";
import type { HeldToken } from "./tokens.ts";

const READS = 0.75;

/** Something that the token may do, mostly reading; undefined where it may do nothing. */
function chooseOperation(scopes: ReadonlySet<string>): Operation | undefined {
  const possible = operationsOf(scopes);
  const reads = possible.filter(({ method }) => method === "GET");
  return pick(reads.length > 0 && Math.random() < READS ? reads : possible);
}

/** Uses a token once for something that it is good for. */
export async function useToken({ apis, gate }: Stage, token: HeldToken, from: Origin): Promise<CallOutcome> {
  const operation = chooseOperation(token.scopes);
  if (operation === undefined) return "ok";
  const outcome = await apis.call(operation, token.value, from);
  if (outcome === "failed") gate.close();
  return outcome;
}
