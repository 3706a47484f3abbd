import { findNamed, findPasted, pastedHref, unknownWords } from "./find-pasted.ts";
import { holdsValue, recogniseTokenName, seeTokens } from "./see-token.ts";

/** What is to be done with a text before it is taken for a search. */
export type Pasted = { do: "search" } | { do: "open"; href: string } | { do: "say"; says: string };

/**
 * Finds the token that a pasted text holds or names, for any field that searches. Values are hashed here and go nowhere; of several tokens the first
 * that is on record counts. An id that names no token may be anything's: it is searched for.
 */
export async function openPasted(text: string): Promise<Pasted> {
  const seen = seeTokens(text);
  try {
    const name = recogniseTokenName(text);
    if (name !== null) {
      const found = await findNamed(name.value);
      if (found !== null) return { do: "open", href: `/tokens/${found.id}` };
      return name.by === "id"
        ? { do: "search" }
        : {
            do: "say",
            says: "No token on record has this SHA-256. The Leak desk knows secrets by theirs, too.",
          };
    }
    if (seen.length === 0)
      return holdsValue(text)
        ? {
            do: "say",
            says: "That is a secret, not a token. It is not searched for, and was not sent anywhere. If it leaked, paste it at the Leak desk.",
          }
        : { do: "search" };
    const { recogniseTokens } = await import("./recognise-token.ts");
    for (const token of recogniseTokens(text)) {
      const found = await findPasted(token);
      if (found.is !== "unknown") return { do: "open", href: pastedHref(found) };
    }
  } catch (error) {
    return { do: "say", says: `The token could not be looked up: ${(error as Error).message}` };
  }
  const [first] = seen;
  const which =
    seen.length === 1 ? "That is a token." : `Those are ${seen.length} tokens; none is on record.`;
  return { do: "say", says: `${which} ${unknownWords(first?.id ?? null)} Its value was not sent anywhere.` };
}
