import { parseAddress, parseNetwork } from "#lib/list-query/address.ts";

/** Networks that mean another address than the one they are typed with, with what is kept. */
export function keptOtherwise(text: string): { typed: string; kept: string }[] {
  return networksOf(text).flatMap((typed) => {
    const kept = parseNetwork(typed);
    return kept === null || !kept.includes("/") || kept === parseAddress(typed) ? [] : [{ typed, kept }];
  });
}

/** Networks as somebody types them: one a line, or with commas or spaces between. */
export function networksOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== "");
}
