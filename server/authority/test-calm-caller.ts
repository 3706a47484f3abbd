import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** A verifier that asks about a good token at a calm and steady rate, in a process of its own. What it is given, as JSON in its first argument. */
export type CalmCaller = {
  url: string;
  secret: string;
  token: string;
  perSecond: number;
  seconds: number;
};

/** What it prints: how long its answers took, in milliseconds. */
export type CalmTimes = { medianMs: number; p99Ms: number; worstMs: number; count: number };

async function ask({ url, secret, token, perSecond, seconds }: CalmCaller): Promise<CalmTimes> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const body = `token=${token}`;
  const headers = {
    authorization: `Bearer ${secret}`,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": body.length,
  };
  const once = () =>
    new Promise<number>((resolve, reject) => {
      const startedAt = performance.now();
      const sent = request(`${url}/oauth/introspect`, { method: "POST", agent, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.once("end", () => {
          if (text.includes('"active":true')) resolve(performance.now() - startedAt);
          else reject(new Error(`${answer.statusCode} ${text}`));
        });
      });
      sent.once("error", reject).end(body);
    });
  // its own first steps are slow, and no flood's doing
  for (let index = 0; index < 50; index += 1) await once();
  const pending: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < seconds * perSecond; index += 1) {
    const early = startedAt + (index * 1_000) / perSecond - performance.now();
    if (early > 1) await wait(early);
    pending.push(once());
  }
  const sorted = (await Promise.all(pending)).sort((a, b) => a - b);
  agent.destroy();
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
  return { medianMs: at(0.5), p99Ms: at(0.99), worstMs: at(1), count: sorted.length };
}

console.log(JSON.stringify(await ask(JSON.parse(process.argv[2] as string) as CalmCaller)));
