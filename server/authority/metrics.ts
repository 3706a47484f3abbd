import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { HTTP_LIMITS } from "#server/http-limits.ts";

export type Metrics = {
  /** Times one request. */
  watch(req: IncomingMessage, res: ServerResponse): void;
  /** Serves `/metrics` on loopback. */
  listen(port: number): Promise<Server>;
};

const ROUTES = new Set([
  "/oauth/introspect",
  "/oauth/revoke",
  "/oauth/token",
  "/oauth/authorize",
  "/oauth/userinfo",
  "/oauth/jwks",
  "/verify",
  "/revocations",
  "/revocations/acknowledgements",
  "/revocations/snapshot",
  "/events",
  "/leak-reports",
]);

function routeOf(url: string | undefined): string {
  if (url !== undefined && ROUTES.has(url)) return url;
  const path = url?.split("?", 1)[0] ?? "/";
  if (path.startsWith("/verify/")) return "/verify";
  if (path.startsWith("/status-lists")) return "/status-lists";
  return ROUTES.has(path) ? path : "other";
}

export type MetricsSource = {
  stalenessMs(): number;
  position(): bigint;
  orders(): number;
  cachedTokens(): number;
  clockOffsetMs(): number;
  isDiskFull(): boolean;
  /** Requests that wait for their caller's turn. */
  waiting(): number;
  /** Subscribers of the feed: streams, and polls that wait. */
  subscribers(): number;
  /** Batches of the feed that were sent to subscribers, heartbeats among them. */
  batches(): number;
  /** Streams that were cut off because nobody read them. */
  cutOff(): number;
  /** What went over a bound, by bound. */
  throttled(): Readonly<Record<string, number>>;
};

export function createMetrics(source: () => MetricsSource | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  /** Counted here and handed over when somebody looks: a request pays for one addition. */
  const answered = new Map<string, { route: string; status: string; count: number }>();
  new Counter({
    name: "tokenwarden_requests_total",
    help: "Requests answered, by route and status.",
    labelNames: ["route", "status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { route, status, count } of answered.values()) this.inc({ route, status }, count);
    },
  });
  const countAnswer = (route: string, status: string) => {
    const key = `${status} ${route}`;
    const known = answered.get(key);
    if (known === undefined) answered.set(key, { route, status, count: 1 });
    else known.count += 1;
  };
  const seconds = new Histogram({
    name: "tokenwarden_request_seconds",
    help: "Time to answer, by route.",
    labelNames: ["route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const gauge = (name: string, help: string, read: (from: MetricsSource) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const from = source();
        if (from !== null) this.set(read(from));
      },
    });
  gauge(
    "tokenwarden_feed_staleness_seconds",
    "Since the database last said where the feed is.",
    (from) => from.stalenessMs() / 1000,
  );
  gauge("tokenwarden_feed_position", "Last revocation fact that this process decides under.", (from) =>
    Number(from.position()),
  );
  gauge(
    "tokenwarden_clock_offset_seconds",
    "How far this machine's clock is ahead of the database's.",
    (from) => from.clockOffsetMs() / 1000,
  );
  gauge("tokenwarden_orders", "Orders held in memory.", (from) => from.orders());
  gauge("tokenwarden_disk_full", "1 while only revocations are taken in, for want of room.", (from) =>
    from.isDiskFull() ? 1 : 0,
  );
  gauge("tokenwarden_waiting_requests", "Requests that wait for their caller's turn.", (from) =>
    from.waiting(),
  );
  gauge("tokenwarden_feed_subscribers", "Streams of the feed, and polls that wait.", (from) =>
    from.subscribers(),
  );
  gauge("tokenwarden_feed_batches", "Batches of the feed since the start, each signed once.", (from) =>
    from.batches(),
  );
  gauge("tokenwarden_feed_cut_off", "Streams since the start that were cut off unread.", (from) =>
    from.cutOff(),
  );
  new Counter({
    name: "tokenwarden_throttled_total",
    help: "Requests that went over a bound and were answered 429, by bound.",
    labelNames: ["bound"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [bound, count] of Object.entries(source()?.throttled() ?? {})) this.inc({ bound }, count);
    },
  });
  gauge("tokenwarden_cached_tokens", "Verified tokens held in memory.", (from) => from.cachedTokens());

  return {
    watch(req, res) {
      const startedAt = performance.now();
      const route = routeOf(req.url);
      res.once("finish", () => {
        countAnswer(route, String(res.statusCode));
        seconds.observe({ route }, (performance.now() - startedAt) / 1000);
      });
    },
    async listen(port) {
      const server = createServer(HTTP_LIMITS, async (req, res) => {
        if (req.method !== "GET" || req.url !== "/metrics") {
          res.writeHead(404).end();
          return;
        }
        res.writeHead(200, { "content-type": registry.contentType }).end(await registry.metrics());
      });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", () => resolve());
      });
      return server;
    },
  };
}
