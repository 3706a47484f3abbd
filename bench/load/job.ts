/** How a token becomes a request. */
export type Carrier =
  /** `token=…&token_type_hint=access_token` in the form. */
  | "form"
  /** `Authorization: Bearer …` */
  | "bearer"
  /** The job's form with `&code=…`. */
  | "code"
  /** The job's form with `&refresh_token=…`: a connection begins with its token and goes on with what each answer gives in its place. */
  | "refresh_token";

/** What an answer of the token endpoint gives. */
export type Given = "access_token" | "refresh_token";

/** One load of one server. */
export type LoadJob = {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body: string | null;
  /** Tokens to send, shared out among the connections so that no two send the same. Null: every request is alike. */
  tokens: {
    values: string[];
    carrier: Carrier /** Each at most once; the load ends when they are used up. */;
    once: boolean;
  } | null;
  connections: number;
  /** Seconds after which no new request is sent. */
  seconds: number;
  /** Requests after which no new one is sent; null: as many as there is time for. */
  amount: number | null;
  expect: { status: number /** Text that the body must hold. */; text: string | null };
  /** Hand back these tokens of the answers. */
  collects: Given | null;
};

export type LoadResult = {
  /** Requests that were answered; no request is cut off, so that it is also how many were sent. */
  answered: number;
  /** Answers with another status or body than expected. */
  wrong: number;
  /** Connections that broke and requests that timed out. */
  errors: number;
  /** From the first request to the last answer. */
  seconds: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time that the generator itself took for a request, in microseconds. */
  generatorCpuMicros: number;
  statuses: Record<string, number>;
  /** The first wrong body, cut short. */
  wrongBody: string | null;
  tokens: string[];
};
