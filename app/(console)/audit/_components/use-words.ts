import { USE_SOURCES, type UseSource } from "#lib/audit/model.ts";
import { SOURCE_WORDS } from "#lib/audit/use-words.ts";

/** Where a use was seen, in words; one that this version does not know is shown as it is. */
export function sourceWords(source: string): string {
  return (USE_SOURCES as readonly string[]).includes(source)
    ? SOURCE_WORDS[source as UseSource]
    : source.replaceAll("_", " ");
}
