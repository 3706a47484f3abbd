import { type Html, html } from "./html.ts";

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

function relative(seconds: number): string {
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  // what was seen by this very request may lie a moment ahead of it
  return seconds > 5 ? "in less than a minute" : "just now";
}

/** An instant as people say it, with the exact one in UTC beside it for who points at it; days beyond a week by their date. */
export function when(iso: string, now: Date): Html {
  const at = new Date(iso);
  const seconds = (at.getTime() - now.getTime()) / 1_000;
  const words = Math.abs(seconds) < 7 * 86_400 ? relative(seconds) : `on ${DAY.format(at)}`;
  return html`<time datetime="${iso}" title="${EXACT.format(at)} UTC">${words}</time>`;
}
