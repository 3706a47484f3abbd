import type { StepUpKind } from "#lib/step-up/model.ts";
import { RequestProblem, requestJson } from "./request-json.ts";

/**
 * Begins signing in, or confirming again who is there, at a provider.
 *
 * @returns where the browser goes next: to the provider, or to the page that says why not.
 * @throws {RequestProblem}
 */
export async function startAtProvider(
  providerId: string,
  { next, kind, subject }: { next: string; kind?: StepUpKind; subject?: string | undefined },
): Promise<string> {
  const { csrfToken } = await requestJson<{ csrfToken: string }>("/api/auth/csrf");
  const form = {
    csrfToken,
    callbackUrl: next,
    json: "true",
    ...(kind === undefined ? {} : { kind }),
    ...(subject === undefined ? {} : { subject }),
  };
  const response = await fetch(`/api/auth/signin/${providerId}`, {
    method: "POST",
    credentials: "same-origin",
    body: new URLSearchParams(form),
  }).catch(() => null);
  if (response === null)
    throw new RequestProblem(0, {
      detail: "The console could not be reached. Look at the network and try again.",
    });
  const answer = (await response.json().catch(() => ({}))) as {
    url?: string;
    detail?: string;
    code?: string;
  };
  if (!response.ok || answer.url === undefined) throw new RequestProblem(response.status, answer);
  return answer.url;
}

/** What the window of a step-up tells the one that opened it. */
export type StepUpNews = { refused: string | null };
export const STEP_UP_CHANNEL = "tokenwarden.step-up";
