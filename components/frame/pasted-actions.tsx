"use client";

import { Spotlight } from "@mantine/spotlight";
import { IconAlertTriangle, IconArchive, IconKey, IconLoader2, IconLock } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { shortId } from "#lib/tokens/model.ts";
import { findPasted, type PastedToken, pastedHref, unknownWords } from "../token-input/find-pasted.ts";
import { type RecognisedToken, recogniseTokens } from "../token-input/recognise-token.ts";

type Looked = PastedToken | { is: "looking" } | { is: "failed"; id: string | null };

const FORMATS: Record<RecognisedToken["format"], string> = { jwt: "JWT", opaque: "Opaque" };

/** What the register says of each token in a text, as it comes in. The text stays here. */
export function usePasted(text: string): { token: RecognisedToken; looked: Looked }[] {
  const tokens = useMemo(() => recogniseTokens(text), [text]);
  const [found, setFound] = useState<Record<string, Looked>>({});
  const hashes = tokens.map((token) => token.hash).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the hashes are the tokens
  useEffect(() => {
    const stop = new AbortController();
    for (const token of tokens)
      findPasted(token, stop.signal)
        .catch((): Looked => ({ is: "failed", id: token.id }))
        .then((looked) =>
          stop.signal.aborted ? undefined : setFound((was) => ({ ...was, [token.hash]: looked })),
        );
    return () => stop.abort();
  }, [hashes]);
  return tokens.map((token) => ({ token, looked: found[token.hash] ?? { is: "looking" } }));
}

function linesOf({ token, looked }: { token: RecognisedToken; looked: Looked }) {
  const format = FORMATS[token.format];
  switch (looked.is) {
    case "looking":
      return {
        // whoever is faster than the answer: the page compares the hash itself
        href: token.id === null ? null : `/tokens/${token.id}?pasted=${token.hash}`,
        label: token.id === null ? "Looking for its hash…" : `Open token ${shortId(token.id)}`,
        description: `${format} token, being looked up`,
        Icon: IconLoader2,
      };
    case "on record":
      return {
        href: pastedHref(looked),
        label: `Open token ${shortId(looked.id)}`,
        description: `${format} token, recognised by its ${token.id === null ? "hash" : "id"}`,
        Icon: IconKey,
      };
    case "differs":
      return {
        href: pastedHref(looked),
        label: `Open token ${shortId(looked.id)}`,
        description:
          token.format === "jwt"
            ? "Its id is on record, but the signature differs from the one on record: it was rewritten."
            : "Its id is on record, but with another value: it was rewritten.",
        Icon: IconAlertTriangle,
      };
    case "left":
      return {
        href: pastedHref(looked),
        label: `Open token ${shortId(looked.id)}`,
        description: "Its week has left the register: what the audit log has of it.",
        Icon: IconArchive,
      };
    case "unknown":
      return {
        href: null,
        label: looked.id === null ? "This token carries no id of ours" : "This token is not on record",
        description: unknownWords(looked.id),
        Icon: IconLock,
      };
    case "failed":
      return {
        href: looked.id === null ? null : `/tokens/${looked.id}`,
        label: looked.id === null ? "The token could not be looked up" : `Open token ${shortId(looked.id)}`,
        description: "The console did not answer.",
        Icon: IconAlertTriangle,
      };
    default:
      return looked satisfies never;
  }
}

type PastedActionsProps = { pasted: ReturnType<typeof usePasted>; onGo: (href: string) => void };

/** Lines of the command palette for the tokens that were pasted into it. */
export function PastedActions({ pasted, onGo }: PastedActionsProps) {
  const which =
    pasted.length === 1 ? "This is a token. Its value stays" : "These are tokens. Their values stay";
  return (
    <Spotlight.ActionsGroup label={`${which} in this browser: only id and hash are looked up.`}>
      {pasted.map((one) => {
        const { href, label, description, Icon } = linesOf(one);
        return (
          <Spotlight.Action
            key={one.token.hash}
            label={label}
            description={description}
            leftSection={<Icon size={18} />}
            closeSpotlightOnTrigger={href !== null}
            onClick={() => (href === null ? undefined : onGo(href))}
          />
        );
      })}
    </Spotlight.ActionsGroup>
  );
}
