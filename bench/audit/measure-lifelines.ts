import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";
import type { Context } from "#lib/context.ts";
import { getLifeline } from "#lib/lifelines/get-lifeline.ts";
import type { LifelineKind } from "#lib/lifelines/model.ts";
import type { SeededUses } from "./seed-uses.ts";
import { userId } from "./synthetic-uses.ts";

export type LifelineReport = {
  medianMs: number;
  p95Ms: number;
  answers: { name: string; medianMs: number; maxMs: number }[];
  /** Those whose newest part alone was counted in time. */
  inPart: string[];
};

type Followed = { name: string; kind: LifelineKind; id: string };

function followedOf({ parties: { clients, verifiers }, followed }: SeededUses): Followed[] {
  const idOf = (parties: { id: string }[], place: number) => parties.at(place)?.id ?? "";
  return [
    { name: "the largest client", kind: "client", id: idOf(clients, 0) },
    { name: "a client of the middle", kind: "client", id: idOf(clients, 40) },
    { name: "a rare client", kind: "client", id: idOf(clients, -3) },
    { name: "a verifier", kind: "verifier", id: idOf(verifiers, 0) },
    { name: "a family", kind: "family", id: followed.family },
    { name: "a person", kind: "user", id: followed.user },
    { name: "the busiest person", kind: "user", id: userId(0) },
    { name: "a person's address", kind: "address", id: followed.ip },
    { name: "a service's address", kind: "address", id: "10.0.0.1" },
  ];
}

/** Asks for each one's lifeline as the page does that nobody asked for another time: 90 days, from its first use in them. */
export async function measureLifelines(
  contextNow: () => Context,
  seed: SeededUses,
  repeats: number,
): Promise<LifelineReport> {
  const all: number[] = [];
  const answers: LifelineReport["answers"] = [];
  const inPart: string[] = [];
  for (const { name, kind, id } of followedOf(seed)) {
    const times: number[] = [];
    let isInPart = false;
    for (let n = 0; n < repeats; n += 1) {
      const startedAt = performance.now();
      const { firstAt, total, from, countedFrom } = await getLifeline(contextNow(), { kind, id });
      times.push(performance.now() - startedAt);
      isInPart ||= countedFrom > from;
      const uses = total.issued + total.allowed + total.refused;
      if ((firstAt === null) !== (uses === 0))
        throw new Error(`${name}: ${uses} uses, the first at ${firstAt}`);
    }
    if (isInPart) inPart.push(name);
    all.push(...times);
    answers.push({ name, medianMs: median(times), maxMs: Math.max(...times) });
  }
  return { medianMs: median(all), p95Ms: percentile(all, 0.95), answers, inPart };
}
