import { setTimeout as wait } from "node:timers/promises";

const QUARTER_MS = 15 * 60_000;
/** As long as a test of attempts may take. */
const EDGE_MS = 20_000;

/** Attempts are counted by quarters of an hour of the clock: waits where one ends before a test of them would. */
export async function pastEdge(): Promise<void> {
  const left = QUARTER_MS - (Date.now() % QUARTER_MS);
  if (left < EDGE_MS) await wait(left);
}
