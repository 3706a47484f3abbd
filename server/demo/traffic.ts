import { SAMPLE_CLIENTS } from "#lib/demo/sample-clients.ts";
import { createMischief } from "./mischief.ts";
import { keepPace } from "./pace.ts";
import { createPeople } from "./people.ts";
import { createServiceCopy } from "./service-copy.ts";
import { pick, type Stage } from "./stage.ts";

const USES_PER_SECOND = 20;
const SIGN_INS_PER_SECOND = 0.25;
const COPIES_PER_SERVICE = 3;
/** Of all uses: by services, and wrong on purpose; the rest is people. */
const BY_SERVICES = 0.5;
const WRONG = 0.02;
/** A session in the background comes back about every ten seconds. */
const RESUMES_PER_KEEP_UP = 0.1;

/** What happens at once after the start, so that there is something to see: real traffic, only quicker. */
export type Burst = { signIns: number; uses: number };
export const FIRST_BURST: Burst = { signIns: 60, uses: 600 };
export const LATER_BURST: Burst = { signIns: 25, uses: 200 };
const BURST_SIGN_INS_PER_SECOND = 3;
const BURST_USES_PER_SECOND = 30;
const BURST_MS = 60_000;

export type TrafficCounts = { uses: number; signIns: number };
export type Traffic = { readonly counts: TrafficCounts; readonly sessions: number };

/** Keeps traffic going until the signal is given: people, services, and a few who get it wrong. */
export function startTraffic(
  stage: Stage,
  burst: Burst,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Traffic {
  const counts: TrafficCounts = { uses: 0, signIns: 0 };
  const mischief = createMischief(stage);
  const people = createPeople(stage, RESUMES_PER_KEEP_UP, mischief.keepOld);
  const copies = SAMPLE_CLIENTS.filter(({ kind }) => kind === "service").flatMap((client) =>
    Array.from({ length: COPIES_PER_SERVICE }, (_, copy) => createServiceCopy(stage, client, copy)),
  );
  const burstEndsAt = performance.now() + BURST_MS;
  const isBursting = (done: number, goal: number) => done < goal && performance.now() < burstEndsAt;

  async function use(): Promise<void> {
    if (!stage.gate.isOpen) return;
    counts.uses += 1;
    const dice = Math.random();
    if (dice < WRONG) return mischief.act(people.sessions);
    const session = dice < WRONG + BY_SERVICES ? undefined : pick(people.sessions);
    await (session ?? pick(copies))?.act();
  }

  async function arrive(): Promise<void> {
    if (await people.arrive()) counts.signIns += 1;
  }

  const usesPerSecond = () => (isBursting(counts.uses, burst.uses) ? BURST_USES_PER_SECOND : USES_PER_SECOND);
  const signInsPerSecond = () =>
    isBursting(counts.signIns, burst.signIns) ? BURST_SIGN_INS_PER_SECOND : SIGN_INS_PER_SECOND;
  keepPace({ perSecond: usesPerSecond, limit: 16, onError }, use, signal);
  keepPace({ perSecond: signInsPerSecond, limit: 4, onError }, arrive, signal);
  keepPace({ perSecond: () => 1, limit: 1, onError }, people.keepUp, signal);

  return {
    counts,
    get sessions() {
      return people.sessions.length;
    },
  };
}
