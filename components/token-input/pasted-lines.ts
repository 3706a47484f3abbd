import type { ClipboardEvent } from "react";

/** A field of one line drops line breaks, and would join two tokens into one: the text of a paste with spaces for them, or null where it has none. */
export function pastedLines(event: ClipboardEvent<HTMLInputElement>): string | null {
  const text = event.clipboardData.getData("text");
  if (!/[\r\n]/.test(text.trim())) return null;
  event.preventDefault();
  const { value, selectionStart, selectionEnd } = event.currentTarget;
  const [from, to] = [selectionStart ?? value.length, selectionEnd ?? value.length];
  return value.slice(0, from) + text.trim().replaceAll(/\s*[\r\n]+\s*/g, " ") + value.slice(to);
}
