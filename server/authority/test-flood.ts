import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import type { AuthorityProcess } from "./test-authority-process.ts";
import type { CalmCaller, CalmTimes } from "./test-calm-caller.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const NODE = path.join(ROOT, "node_modules/.bin/node");
/** Runs what it is given when nothing else wants the processor: a flood comes from other machines, and takes nothing of this one's cores. */
const IDLY = ["/usr/bin/chrt", "/bin/chrt"].find((file) => existsSync(file));

export type Flood = {
  address: string;
  authorization: string | null;
  /** The secret of a gateway that asks about the token in the authorization. */
  verifier?: string;
  /** Null: asked by GET. */
  body: string | null;
  /** Null: as fast as each connection is answered. */
  perSecond: number | null;
  connections: number;
};

export type Sent = {
  "2xx": number;
  non2xx: number;
  errors: number;
  statusCodeStats: Record<string, { count: number }>;
};

function readJson<T>(child: ChildProcess): Promise<T> {
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("close", () => {
      try {
        resolve(JSON.parse(output) as T);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Sends from a process of its own; what the other side does not answer in time is not sent. */
export function flood(
  authority: AuthorityProcess,
  { address, authorization, verifier, body, perSecond, connections }: Flood,
  seconds: number,
): Promise<Sent> {
  const args = [
    path.join(ROOT, "node_modules/autocannon/autocannon.js"),
    ...["-j", "-n", "-m", body === null ? "GET" : "POST"],
    // in its own line a flood may wait for long
    ...["-t", "30", "-c", String(connections), "-d", String(seconds)],
    ...(perSecond === null ? [] : ["-R", String(perSecond)]),
    ...(authorization === null ? [] : ["-H", `authorization=${authorization}`]),
    ...(verifier === undefined ? [] : ["-H", `x-tokenwarden-verifier=${verifier}`]),
    ...(body === null ? [] : ["-H", "content-type=application/x-www-form-urlencoded", "-b", body]),
    authority.url + address,
  ];
  const [command, ...rest] = IDLY === undefined ? [NODE, ...args] : [IDLY, "-i", "0", NODE, ...args];
  return readJson<Sent>(spawn(command as string, rest, { stdio: ["ignore", "pipe", "ignore"] }));
}

/** How long a calm caller in a process of its own waits for its answers. */
export function askCalmly(caller: CalmCaller): Promise<CalmTimes> {
  const args = [path.join(import.meta.dirname, "test-calm-caller.ts"), JSON.stringify(caller)];
  return readJson<CalmTimes>(spawn(NODE, args, { stdio: ["ignore", "pipe", "inherit"] }));
}

/** A JWT under the key of a good one with a signature that is nobody's: what costs the most to refuse. */
export function forgedFrom(token: string): string {
  const [header, payload] = token.split(".");
  return `${header}.${payload}.${randomBytes(64).toString("base64url")}`;
}

export const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
