import type { DemoCredentials } from "#lib/demo/credentials.ts";
import type { AuthorityDoor } from "./authority-door.ts";
import type { Gate } from "./gate.ts";
import type { SampleApis } from "./sample-apis.ts";
import type { ClientIdentity } from "./tokens.ts";

/** What everybody who takes part in the traffic works with. */
export type Stage = {
  door: AuthorityDoor;
  apis: SampleApis;
  gate: Gate;
  credentials: DemoCredentials;
};

export function identityOf({ credentials }: Stage, clientId: string): ClientIdentity {
  return { clientId, secret: credentials.clientSecrets[clientId] ?? null };
}

export function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}

export function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
