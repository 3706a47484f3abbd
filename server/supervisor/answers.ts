import http from "node:http";
import https from "node:https";
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 100;
const REQUEST_MS = 2_000;

function answersOnce(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    // Our own process on loopback: its certificate is for the name under which others know it.
    const request =
      url.protocol === "https:"
        ? https.get(url, { timeout: REQUEST_MS, rejectUnauthorized: false })
        : http.get(url, { timeout: REQUEST_MS });
    request.once("response", (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}

/** Resolves once a GET of the URL is answered by 200; rejects when the signal is given. */
export async function waitForAnswer(url: string, signal: AbortSignal): Promise<void> {
  const target = new URL(url);
  while (!(await answersOnce(target))) await wait(POLL_MS, undefined, { signal });
}
