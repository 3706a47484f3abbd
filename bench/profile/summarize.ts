import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

type Profile = {
  nodes: {
    id: number;
    children?: number[];
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  timeDeltas: number[];
};

const ROOT = path.resolve(import.meta.dirname, "../..");
const LINES = 40;

/** Frames that are no work. */
const IDLE = new Set(["(idle)", "(root)"]);

function placeOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  const file = url
    .replace("file://", "")
    .replace(`${ROOT}/`, "")
    .replace(/^node_modules\//, "");
  return `${functionName || "(anonymous)"}${file === "" ? "" : ` ${file}:${lineNumber + 1}`}`;
}

/** The package, folder or runtime part that a frame belongs to. */
function partOf({ functionName, url }: Profile["nodes"][number]["callFrame"]): string {
  const file = url.replace("file://", "").replace(`${ROOT}/`, "");
  if (file === "") return functionName === "(garbage collector)" ? functionName : "native";
  if (file.startsWith("node:")) return "node";
  const parts = file.split("/");
  if (parts[0] !== "node_modules") return parts.slice(0, 2).join("/");
  return parts.slice(0, parts[1]?.startsWith("@") ? 3 : 2).join("/");
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function list(title: string, sums: Map<string, number>, total: number, count: number): string[] {
  const sorted = [...sums].toSorted(([, one], [, other]) => other - one).slice(0, count);
  return [
    title,
    ...sorted.map(([name, value]) => `${((value / total) * 100).toFixed(1).padStart(6)} %  ${name}`),
  ];
}

type Node = Profile["nodes"][number];

/** The nearest caller that is no part of the runtime. */
function findCaller(node: Node, parents: ReadonlyMap<number, Node>): Node | undefined {
  let caller: Node | undefined = node;
  while (caller !== undefined && !caller.callFrame.url.startsWith("file:")) caller = parents.get(caller.id);
  return caller;
}

/** Where a process spent its time: self time by part and by function, of all profiles of a folder. Idle time and the start are left out. */
export function summarizeProfiles(dir: string, startMs: number): string {
  const byPart = new Map<string, number>();
  const byPlace = new Map<string, number>();
  const byCaller = new Map<string, number>();
  let busy = 0;
  for (const name of readdirSync(dir).filter((file) => file.endsWith(".cpuprofile"))) {
    const profile = JSON.parse(readFileSync(path.join(dir, name), "utf8")) as Profile;
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const parents = new Map(
      profile.nodes.flatMap((node) => (node.children ?? []).map((child): [number, Node] => [child, node])),
    );
    let elapsed = 0;
    for (const [index, id] of profile.samples.entries()) {
      const micros = profile.timeDeltas[index] ?? 0;
      elapsed += micros;
      if (elapsed < startMs * 1_000) continue;
      const node = nodes.get(id);
      if (node === undefined || IDLE.has(node.callFrame.functionName)) continue;
      const frame = node.callFrame;
      const caller = findCaller(node, parents);
      busy += micros;
      add(byPart, partOf(frame), micros);
      add(byPlace, placeOf(frame), micros);
      add(byCaller, caller === undefined ? "the runtime by itself" : placeOf(caller.callFrame), micros);
    }
  }
  return [
    `busy ${(busy / 1e6).toFixed(1)} s (${path.relative(process.cwd(), dir)})`,
    ...list("by part", byPart, busy, 20),
    ...list("by function, without what it calls", byPlace, busy, LINES),
    ...list("by function, with what it calls of the runtime", byCaller, busy, LINES),
  ].join("\n");
}
