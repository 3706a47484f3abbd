/** Of what year an instant is in a zone; the reader's own where none is named. */
export function yearIn(timeZone: string | undefined): (ms: number) => string {
  const { format } = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return (ms) => format(ms);
}

type Span = { fromMs: number; toMs: number; timeZone: string | undefined; nowMs?: number };

/** Whether a span is of this year alone, so that nothing in it says its year. */
export function isOfThisYear({ fromMs, toMs, timeZone, nowMs = Date.now() }: Span): boolean {
  const yearOf = yearIn(timeZone);
  return yearOf(fromMs) === yearOf(nowMs) && yearOf(toMs) === yearOf(nowMs);
}

/** How the axis of a lifeline names an instant: each in the same form, since they are placed by how long one is. */
export function lifelineTicks(span: Span): (ms: number) => string {
  const { fromMs, toMs, timeZone } = span;
  const spanMs = toMs - fromMs;
  const hasYear = !isOfThisYear(span);
  const { format } = new Intl.DateTimeFormat("en-GB", {
    ...(spanMs > 36 * 3_600_000 || hasYear ? { day: "numeric", month: "short" } : {}),
    ...(hasYear ? { year: "numeric" } : {}),
    ...(spanMs > 14 * 86_400_000 ? {} : { hour: "2-digit", minute: "2-digit" }),
    ...(spanMs < 600_000 ? { second: "2-digit" } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return (ms) => format(ms);
}
