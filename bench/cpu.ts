import { readdirSync, readFileSync } from "node:fs";

/** The kernel's clock tick, which Linux has fixed for programs. */
const TICKS_PER_SECOND = 100;

type Usage = { parent: number; ticks: number; ticksOfEnded: number };

function readUsage(pid: number): Usage | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // the name in parentheses may hold spaces; fields count from the state after it
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const number = (index: number) => Number(fields[index]);
  return { parent: number(1), ticks: number(11) + number(12), ticksOfEnded: number(13) + number(14) };
}

function listProcesses(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Processor seconds that a process has used; null where the system does not say. */
export function cpuSecondsOf(pid: number): number | null {
  const usage = readUsage(pid);
  return usage === null ? null : usage.ticks / TICKS_PER_SECOND;
}

/** The only process that another has started; null where there is none, or the system does not say. */
export function childOf(pid: number): number | null {
  return listProcesses().find((candidate) => readUsage(candidate)?.parent === pid) ?? null;
}

/** Processor seconds of the parent of `pid`, its children, and those that have ended: of all of a PostgreSQL, for one of its connections. */
export function cpuSecondsAround(pid: number): number | null {
  const server = readUsage(pid)?.parent;
  const own = server === undefined ? null : readUsage(server);
  if (own === null) return null;
  let ticks = own.ticks + own.ticksOfEnded;
  for (const process of listProcesses()) {
    const usage = readUsage(process);
    if (usage !== null && usage.parent === server) ticks += usage.ticks;
  }
  return ticks / TICKS_PER_SECOND;
}
