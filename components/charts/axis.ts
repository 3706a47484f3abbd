/** The smallest of 1, 2, 2.5, 5 and their tenfolds that holds a count, so that the top of a chart is a round number of whole ones. */
export function niceMax(count: number): number {
  if (count <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(count));
  const steps = power === 1 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  return (steps.find((step) => step * power >= count) ?? 10) * power;
}

/** Some of the instants for labels, with where each stands from 0 to 1; the first and last keep off the edges. */
export function axisTicks(instants: readonly number[], wanted = 6): { ms: number; share: number }[] {
  if (instants.length === 0) return [];
  const step = Math.max(1, Math.ceil(instants.length / wanted));
  const first = Math.floor(step / 2);
  const ticks: { ms: number; share: number }[] = [];
  for (let at = first; at < instants.length; at += step)
    ticks.push({ ms: instants[at] as number, share: at / instants.length });
  return ticks;
}
