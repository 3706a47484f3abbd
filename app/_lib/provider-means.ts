import { getEnv } from "#lib/env.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import type { ProviderMeans } from "#lib/sign-in-providers/create-provider.ts";
import { type AnswerMeans, createAnswerMeans } from "#lib/sign-in-providers/hear-answer.ts";
import type { ProviderCache } from "#lib/sign-in-providers/open-provider.ts";
import { getOutbound } from "./outbound.ts";
import { keyWrapper } from "./secrets.ts";

// each route is a bundle of its own: one memory for all of them
const store = globalThis as typeof globalThis & {
  tokenwardenProviders?: ProviderCache;
  tokenwardenAnswers?: AnswerMeans;
};

/** What providers that admins sign in by are asked with, and their secrets kept by. */
export function providerMeans(): ProviderMeans & { cache: ProviderCache } {
  store.tokenwardenProviders ??= new Map();
  return { outbound: getOutbound(), wrapper: keyWrapper(), cache: store.tokenwardenProviders };
}

/** Sockets to one provider: more than places to ask it, so that keys and metadata find one too. */
const ANSWER_SOCKETS = 16;

/** What answers of providers are heard with: connections and places of their own, so that nothing else waits behind them. */
export function answerMeans(): AnswerMeans {
  store.tokenwardenAnswers ??= createAnswerMeans(
    createOutbound({ allow: getEnv().outboundAllow, maxSockets: ANSWER_SOCKETS }),
  );
  return store.tokenwardenAnswers;
}
