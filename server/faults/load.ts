import { setTimeout as wait } from "node:timers/promises";
import { type Answer, askIntrospection, askRefresh, askVerify } from "./ask.ts";
import type { Instance } from "./instance.ts";
import type { Minted } from "./mint.ts";

export type Asked = Answer & {
  kind: "introspection" | "forward_auth" | "refresh";
  /** What the use is found by in the evidence; null for a refresh. */
  path: string | null;
  token: string;
  startedAt: number;
};

export type LoadOptions = {
  mark: string;
  /** Presented in turn, for as long as the load lasts. */
  tokens: readonly string[];
  /** Refreshed again and again, each by a lane of its own; a client that is told 503, or nothing, asks again with the same token. */
  families: readonly Minted[];
};

export type Load = {
  readonly asked: readonly Asked[];
  /** What each client of the families would use next. */
  stop(): Promise<string[]>;
};

const PAUSE_MS = 5;

/** Real requests to every authority until it is stopped: introspections, forward-auth and refreshes. */
export function startLoad(instance: Instance, { mark, tokens, families }: LoadOptions): Load {
  const asked: Asked[] = [];
  const urls = instance.authorities.map((authority) => authority.url);
  const secret = instance.registry.verifiers.billing.secret;
  let isOver = false;
  let count = 0;

  async function verifying(lane: number): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      count += 1;
      const path = `/${mark}/${count}`;
      const token = tokens[count % tokens.length] as string;
      const url = urls[(turn + lane) % urls.length] as string;
      const kind = count % 3 === 0 ? "forward_auth" : "introspection";
      const startedAt = performance.now();
      const ask = kind === "forward_auth" ? askVerify : askIntrospection;
      asked.push({ ...(await ask(url, token, secret, path)), kind, path, token, startedAt });
      await wait(PAUSE_MS);
    }
  }

  async function refreshing(family: Minted, lane: number): Promise<string> {
    let { value } = family;
    for (let turn = 0; !isOver; turn += 1) {
      const startedAt = performance.now();
      const answer = await askRefresh(urls[(turn + lane) % urls.length] as string, family.client, value);
      asked.push({ ...answer, kind: "refresh", path: null, token: value, startedAt });
      if (answer.status === 200) value = String(answer.body.refresh_token);
      await wait(2 * PAUSE_MS);
    }
    return value;
  }

  const verifiers = Array.from({ length: 6 }, (_, lane) => verifying(lane));
  const refreshers = families.map(refreshing);
  return {
    asked,
    async stop() {
      isOver = true;
      await Promise.all(verifiers);
      return Promise.all(refreshers);
    },
  };
}
