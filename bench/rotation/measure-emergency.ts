import { setTimeout as wait } from "node:timers/promises";
import { decodeProtectedHeader } from "jose";
import { compromiseKey } from "#lib/keys/compromise-key.ts";
import { planEmergency } from "#lib/keys/plan-emergency.ts";
import { fillCaches, type Parties } from "./parties.ts";
import type { Settings } from "./settings.ts";
import type { Instance } from "./start-instance.ts";
import type { SteadyLoad } from "./steady-load.ts";

type Judge = { who: string; check(token: string): Promise<boolean> };

/** When somebody refused the old key's tokens, and knew the new key's; milliseconds from the click. */
export type JudgeReport = {
  who: string;
  /** Null: not within the window. */
  refusedMs: number | null;
  /** Null: not before the measurement ended. */
  knewNewMs: number | null;
  /** Times that it took a token of the old key again after it had refused it. */
  acceptedAgain: number;
};

export type EmergencyReport = {
  /** From the click until the act was answered: committed, and on record. */
  answeredMs: number;
  /** Until when the plan says that something can stay open; from the click. */
  windowSeconds: number;
  /** Who asks an authority, or hears the feed. */
  asking: JudgeReport[];
  /** Who checks signatures alone, by a JWKS that was fetched just before. */
  signaturesAlone: JudgeReport[];
  requests: number;
  failedRequests: number;
  examples: string[];
};

const LOOK_MS = 5;
const LATER_MS = 250;
const MARGIN_MS = 2_000;
/** Once nobody takes the old tokens: they stay refused. */
const AFTER_SECONDS = { full: 10, short: 10, smoke: 1 };

function judgesOf({ doors, packages, independents }: Parties): { asking: Judge[]; alone: Judge[] } {
  const accepts = (check: (token: string) => Promise<unknown>) => (token: string) =>
    check(token).then(
      () => true,
      () => false,
    );
  return {
    asking: [
      ...doors.flatMap((door, index) => [
        { who: `introspection, authority ${index + 1}`, check: door.introspect },
        { who: `/verify, authority ${index + 1}`, check: door.verify },
      ]),
      ...packages.map((one, index) => ({
        who: `npm package by the feed of authority ${index + 1}`,
        check: accepts((token) => one.verify(token)),
      })),
    ],
    alone: independents.map((one) => ({
      who: `jose, ${one.keeping}`,
      check: accepts((token) => one.check(token)),
    })),
  };
}

/** Asks somebody about a token of the old key, and of the new one, over and over until it is stopped. */
class Watch {
  readonly report: JudgeReport;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();

  constructor(judge: Judge, at: { clickedAt: number; old: string; next: () => string | null }) {
    this.report = { who: judge.who, refusedMs: null, knewNewMs: null, acceptedAgain: 0 };
    this.#running = this.#watch(judge, at);
  }

  async stop(): Promise<JudgeReport> {
    this.#isOver = true;
    await this.#running;
    return this.report;
  }

  async #watch(
    { check }: Judge,
    { clickedAt, old, next }: { clickedAt: number; old: string; next: () => string | null },
  ) {
    const { report } = this;
    while (!this.#isOver) {
      const isGood = await check(old);
      if (!isGood) report.refusedMs ??= performance.now() - clickedAt;
      else if (report.refusedMs !== null) report.acceptedAgain += 1;
      const token = next();
      if (report.knewNewMs === null && token !== null && (await check(token)))
        report.knewNewMs = performance.now() - clickedAt;
      await wait(report.refusedMs === null ? LOOK_MS : LATER_MS);
    }
  }
}

/**
 * Declares the key that signs compromised, under load and with every cache filled just before, and asks everybody until nobody takes a token that it signed, or
 * the time is over that the plan names.
 */
export async function measureEmergency(
  instance: Instance,
  { parties, load, settings }: { parties: Parties; load: SteadyLoad; settings: Settings },
): Promise<EmergencyReport> {
  const old = await parties.doors[0].issue();
  const kid = decodeProtectedHeader(old).kid as string;
  const { asking, alone } = judgesOf(parties);
  for (const { who, check } of [...asking, ...alone])
    if (!(await check(old))) throw new Error(`${who} does not take a good token`);
  await fillCaches(parties);
  load.take();
  const { plan, window } = await planEmergency(instance.owner(), { kid });
  const clickedAt = performance.now();
  const windowSeconds = (Date.parse(window.until) - Date.now()) / 1_000;
  const next = () => load.newest((token) => decodeProtectedHeader(token).kid !== kid);
  const watches = [asking, alone].map((judges) =>
    judges.map((judge) => new Watch(judge, { clickedAt, old, next })),
  ) as [Watch[], Watch[]];
  await compromiseKey(instance.owner(), instance.wrapper, {
    kid,
    planId: plan.id,
    confirm: plan.confirm ?? "",
    reason: "key_compromise",
    note: "",
  });
  const answeredMs = performance.now() - clickedAt;
  const isOpen = (all: Watch[]) => all.some(({ report }) => report.refusedMs === null);
  while (isOpen(watches.flat()) && performance.now() - clickedAt < windowSeconds * 1_000 + MARGIN_MS)
    await wait(LOOK_MS);
  await wait(AFTER_SECONDS[settings.mode] * 1_000);
  const [ofAsking, ofAlone] = (await Promise.all(
    watches.map((all) => Promise.all(all.map((one) => one.stop()))),
  )) as [JudgeReport[], JudgeReport[]];
  const { requests, failedRequests, examples } = load.take();
  return {
    answeredMs,
    windowSeconds,
    asking: ofAsking,
    signaturesAlone: ofAlone,
    requests,
    failedRequests,
    examples,
  };
}
