import { visibleText } from "#lib/input/visible-text.ts";

/** Markup that is safe to put into a page as it is. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in markup and quoted attributes; what cannot be seen, or would turn the text around it, is written out. */
function escapeHtml(text: string): string {
  return visibleText(text)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
    .replace(/[\t\r]/g, " ");
}

type Value = Html | string | number | null | false | readonly Html[];

function rendered(value: Value): string {
  if (value === null || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map((one) => one.markup).join("");
  return escapeHtml(String(value));
}

/** A template whose values are escaped, unless they are markup already. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.reduce((markup, part, index) => markup + rendered(values[index - 1] ?? null) + part));
}
