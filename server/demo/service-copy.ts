import type { SampleClient } from "#lib/demo/sample-clients.ts";
import { Unreachable } from "./http-exchange.ts";
import { serviceOrigin } from "./origins.ts";
import { createPatience } from "./patience.ts";
import { identityOf, type Stage } from "./stage.ts";
import { type HeldToken, Refusal, requestServiceToken } from "./tokens.ts";
import { useToken } from "./use-token.ts";

/** A token is renewed when this share of its life is left. */
const RENEW_AT = 0.12;
const PATIENCE_MS = [30_000, 60_000] as const;
const FIRST_DELAY_MS = 5_000;
const MAX_DELAY_MS = 60_000;

/** One running copy of a service. */
export type ServiceCopy = {
  /** Does one thing: uses its token, after getting one where it has none. Never throws. */
  act(): Promise<void>;
};

export function createServiceCopy(stage: Stage, client: SampleClient, copy: number): ServiceCopy {
  const from = serviceOrigin(client.clientId, copy);
  const patience = createPatience(...PATIENCE_MS);
  let held: HeldToken | null = null;
  let fetching: Promise<void> | null = null;
  let notBeforeMs = 0;
  let delayMs = FIRST_DELAY_MS;

  async function fetchToken(): Promise<void> {
    try {
      held = await requestServiceToken(stage.door, identityOf(stage, client.clientId), from);
      patience.reset();
      delayMs = FIRST_DELAY_MS;
    } catch (error) {
      if (error instanceof Unreachable) return stage.gate.close();
      if (!(error instanceof Refusal)) throw error;
      // a service that is turned away comes back, ever more seldom
      notBeforeMs = Date.now() + delayMs;
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    } finally {
      fetching = null;
    }
  }

  return {
    async act() {
      const nowMs = Date.now();
      const isDue = held === null || held.expiresAtMs - nowMs < held.lifetimeMs * RENEW_AT;
      if (isDue) {
        if (nowMs < notBeforeMs) return;
        fetching ??= fetchToken();
        await fetching;
      }
      if (held === null) return;
      const used = held;
      const outcome = await useToken(stage, used, from);
      if (outcome === "ok") patience.reset();
      if (outcome === "unauthorized" && held === used && patience.isOver(Date.now())) held = null;
    },
  };
}
