import { requestJson } from "../request/request-json.ts";
import type { RecognisedToken } from "./recognise-token.ts";

/** What the register says of a recognised token: `differs` is on record under its id, but with another value. */
export type PastedToken =
  | { is: "on record"; id: string }
  | { is: "differs"; id: string }
  /** Its week has left the register. */
  | { is: "left"; id: string }
  | { is: "unknown"; id: string | null };

type Found = {
  token: { id: string; isSameValue: boolean | null } | null;
  left: { week: string; leftAt: string } | null;
};

/** Asks for a token by what the browser made of it: its id and hash, never its value. */
export async function findPasted(token: RecognisedToken, signal?: AbortSignal): Promise<PastedToken> {
  const query = token.id === null ? `by=${token.hash}` : `by=${token.id}&hash=${token.hash}`;
  const { token: found, left } = await requestJson<Found>(
    `/api/v1/tokens/find?${query}`,
    signal === undefined ? {} : { signal },
  );
  if (found === null)
    return left !== null && token.id !== null
      ? { is: "left", id: token.id }
      : { is: "unknown", id: token.id };
  return { is: found.isSameValue === false ? "differs" : "on record", id: found.id };
}

/** The token that an id or a hash names by itself, also one that has left the register with its week, or null. */
export async function findNamed(name: string, signal?: AbortSignal): Promise<{ id: string } | null> {
  const { token, left } = await requestJson<Found>(
    `/api/v1/tokens/find?by=${name}`,
    signal === undefined ? {} : { signal },
  );
  return token ?? (left === null ? null : { id: name });
}

/** The page of a token that was found; it says so where the pasted value is another than the one on record. */
export function pastedHref(pasted: Extract<PastedToken, { id: string }>): string {
  return `/tokens/${pasted.id}${pasted.is === "differs" ? "?pasted=differs" : ""}`;
}

/** What a person is told of a token that is not on record. */
export function unknownWords(id: string | null): string {
  return id === null
    ? "It is cut, mistyped, or was issued by somebody else: nothing on record has its hash."
    : "It carries an id that is not on record: it was issued elsewhere, has been cleared away, or is forged.";
}
