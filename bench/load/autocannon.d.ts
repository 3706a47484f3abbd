/** What the load generator uses of autocannon, which brings no types. */
declare module "autocannon" {
  import type { EventEmitter } from "node:events";

  export type Request = {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
    /** Makes what is sent, before each time. */
    setupRequest?(request: Request): Request;
    /** Before the next request of its connection is made. */
    onResponse?(status: number, body: string): void;
  };

  /** One connection. */
  export type Client = {
    setRequests(requests: Request[]): void;
    /** Requests after which the connection ends. */
    responseMax: number | undefined;
    /** Requests sent so far. */
    reqsMade: number;
  };

  export type Options = {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Seconds that one request may take. */
    timeout: number;
    pipelining?: number;
    /** Milliseconds between two looks at whether the run is over. */
    sampleInt?: number;
    requests: Request[];
    setupClient(client: Client): void;
    verifyBody?(body: string): boolean;
  };

  export type Result = {
    errors: number;
    timeouts: number;
    mismatches: number;
    statusCodeStats: Record<string, { count: number }>;
  };

  export default function autocannon(options: Options): EventEmitter & PromiseLike<Result>;
}
