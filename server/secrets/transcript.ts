/** One answer of the product, whole, with the secrets that it may hold because it hands them out. */
export type Answer = {
  door: "console" | "authority";
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
  /** All that was sent for it: address, headers, body. */
  sent: string;
  handsOut: Set<string>;
};

export type Ask = {
  method?: string;
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  /** A body of neither kind; its type is among the headers. */
  text?: string;
  /** Secrets that this answer hands out, once, to whom they are for. */
  handsOut?: string[];
};

/** A client that remembers every answer that it ever got, and keeps cookies like a browser. */
export class Transcript {
  readonly answers: Answer[] = [];

  async ask(
    door: Answer["door"],
    url: string,
    ask: Ask = {},
    cookies?: Map<string, string>,
  ): Promise<Answer> {
    const headers = new Headers(ask.headers);
    let body: string | undefined;
    if (ask.json !== undefined) {
      body = JSON.stringify(ask.json);
      headers.set("content-type", "application/json");
    } else if (ask.form !== undefined) {
      body = new URLSearchParams(ask.form).toString();
      headers.set("content-type", "application/x-www-form-urlencoded");
    } else if (ask.text !== undefined) body = ask.text;
    if (cookies !== undefined)
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const method = ask.method ?? (body === undefined ? "GET" : "POST");
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body }),
    });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (isStream) await response.body?.cancel();
    const answer: Answer = {
      door,
      method,
      path: new URL(url).pathname,
      status: response.status,
      headers: response.headers,
      text: isStream ? "" : await response.text(),
      sent: [url, ...[...headers].flat(), body ?? ""].join("\n"),
      handsOut: new Set(ask.handsOut),
    };
    this.answers.push(answer);
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(";", 1)[0] ?? "";
      const at = pair.indexOf("=");
      if (/expires=thu, 01 jan 1970/i.test(line)) cookies?.delete(pair.slice(0, at));
      else cookies?.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
}

/** The answer as it went over the wire: its head and its body. */
export function wholeOf(answer: Answer): Buffer {
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return Buffer.from(`${answer.status}\n${head}\n\n${answer.text}`);
}
