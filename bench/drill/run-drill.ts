import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { median } from "#bench/report/statistics.ts";
import { type VerifiedPack, verifyPack } from "#lib/incidents/verify-pack.ts";
import type { CheckpointKey } from "#lib/seals/checkpoint.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { issueToken, STOLEN_PATH, startAttacker } from "./attacker.ts";
import { driveCase } from "./drive-case.ts";
import type { Demo } from "./start-demo.ts";

/** Refused calls of the attacker that the case has to show before it is written up. */
const REFUSED_CALLS = 3;
/** Uses of the sample organisation on record before anything leaks. */
const USES_BEFORE = 150;
const TRAFFIC_MS = 60_000;
const KEPT_MS = 5_000;

export type Drill = {
  number: number;
  clicks: number;
  seconds: number;
  /** From the confirming click to the first refusal that the attacker got. */
  clickToRefusedMs: number;
  /** Calls that were let through although they were sent after a refusal. */
  acceptedAgain: number;
  calls: number;
  /** Of the attacker's refused calls up to the export, those that the pack has; and how many it has as accepted after the revocation. */
  refusedInPack: number;
  acceptedAfterInPack: number;
  /** What of the pack is not as it was sealed, or not proved though it is there. */
  unproved: string[];
  /** Uses of the sample organisation while the case was worked on. */
  usesMeanwhile: number;
  pack: string;
  tokenId: string;
  leaked: string;
};

type PackedUse = { phase: string; path: string | null; token: { id: string } };

async function countUses(page: Page): Promise<number> {
  const answer = await page.request.get("/api/v1/token-uses/histogram");
  const body = (await answer.json()) as { total: { allowed: number } };
  return body.total.allowed;
}

/** Waits until the sample organisation is at work: a leak in an empty log would be too easy. */
export async function untilBusy(page: Page): Promise<void> {
  const until = performance.now() + TRAFFIC_MS;
  while ((await countUses(page)) < USES_BEFORE) {
    if (performance.now() > until)
      throw new Error("the sample organisation's traffic does not come on record");
    await page.waitForTimeout(250);
  }
}

function usesIn(pack: string): PackedUse[] {
  const json = /<script type="application\/json" id="evidence">(.*?)<\/script>/s.exec(pack)?.[1] ?? "null";
  return (JSON.parse(json) as { uses: { rows: PackedUse[] } }).uses.rows;
}

/** The keys that the authority publishes, as whoever gets a pack kept them. */
async function publishedKeys(authority: string): Promise<CheckpointKey[]> {
  const answer = await fetch(`${authority}/oauth/jwks`);
  const { keys } = (await answer.json()) as { keys: CheckpointKey["jwk"][] };
  return keys.map((jwk) => ({ kid: String(jwk.kid), alg: String(jwk.alg), jwk }));
}

/** The pack as whoever gets it verifies it, without the database: by the keys that the authority publishes, against the file of checkpoints, which has the newest a moment after it was signed. */
async function verified(pack: string, { authority, checkpointFile }: Demo): Promise<VerifiedPack> {
  const keys = await publishedKeys(authority);
  const until = performance.now() + KEPT_MS;
  for (;;) {
    const found = await verifyPack(pack, { keys, held: await readCheckpointFile(checkpointFile) });
    const isEarly = found.faults.some((fault) => fault.includes("newer than those that are held"));
    if (!isEarly || performance.now() > until) return found;
    await wait(50);
  }
}

async function unprovedIn(pack: string, demo: Demo): Promise<string[]> {
  const { faults, left, uses, acts, held } = await verified(pack, demo);
  return [
    ...faults,
    ...(left === null ? ["nothing proves that this is what left"] : []),
    ...((held ?? 0) === 0 ? ["none of its checkpoints is in the file of them"] : []),
    ...(uses.proved < uses.of
      ? [`${uses.of - uses.proved} of ${uses.of} uses in the pack are not proved`]
      : []),
    ...(acts.proved < acts.of
      ? [`${acts.of - acts.proved} of ${acts.of} acts in the pack are not proved`]
      : []),
  ];
}

/**
 * One leak from the paste to the evidence pack: a service's token is stolen, its thief calls an API without a break, and a responder who is signed in answers it.
 *
 * @throws where a step of it does not go as it should.
 */
export async function runDrill(page: Page, demo: Demo): Promise<Drill> {
  await using stack = new AsyncDisposableStack();
  const leaked = await issueToken(demo);
  const tokenId = String(decodeJwt(leaked).jti);
  const attacker = await startAttacker(demo, leaked, stack);
  await attacker.until(200);
  const before = await countUses(page);
  const driven = await driveCase(page, {
    leaked,
    refusedCalls: REFUSED_CALLS,
    untilRefused: () => attacker.until(401),
  });
  const usesMeanwhile = (await countUses(page)) - before;
  await attacker.stop();
  const refused = attacker.calls.filter(({ status }) => status === 401);
  const first = refused[0];
  if (first === undefined) throw new Error("the attacker was never refused");
  const uses = usesIn(driven.pack).filter(({ token, path }) => token.id === tokenId && path === STOLEN_PATH);
  const { number, clicks, seconds, revokedAt, pack } = driven;
  return {
    number,
    clicks,
    seconds,
    clickToRefusedMs: first.answeredAt - revokedAt,
    acceptedAgain: attacker.calls.filter(({ status, sentAt }) => status !== 401 && sentAt > first.answeredAt)
      .length,
    calls: attacker.calls.length,
    refusedInPack: uses.filter(({ phase }) => phase === "refused_after").length,
    acceptedAfterInPack: uses.filter(({ phase }) => phase === "accepted_after").length,
    unproved: await unprovedIn(pack, demo),
    usesMeanwhile,
    pack,
    tokenId,
    leaked,
  };
}

/** What is wrong with a drill, in words; nothing where it went well. */
export function faultsOf(
  drill: Drill,
  { clicksMax, secondsMax }: { clicksMax: number; secondsMax: number },
): string[] {
  return [
    ...(drill.clicks > clicksMax ? [`${drill.clicks} clicks are more than ${clicksMax}`] : []),
    ...(drill.seconds > secondsMax ? [`${drill.seconds.toFixed(1)} s are more than ${secondsMax}`] : []),
    ...(drill.acceptedAgain > 0 ? [`${drill.acceptedAgain} calls went through after a refusal`] : []),
    ...(drill.refusedInPack < REFUSED_CALLS ? [`the pack has ${drill.refusedInPack} refused calls`] : []),
    ...(drill.acceptedAfterInPack > 0
      ? [`the pack has ${drill.acceptedAfterInPack} accepted calls after the revocation`]
      : []),
    ...drill.unproved,
    ...(drill.pack.includes(drill.leaked) ? ["the pack has the token's value"] : []),
    ...(drill.usesMeanwhile <= 0 ? ["the sample organisation was silent meanwhile"] : []),
  ];
}

export function medianOf(drills: readonly Drill[], of: (drill: Drill) => number): number {
  return median(drills.map(of));
}
