"use client";

import { createContext, type ReactNode, useContext } from "react";
import { type GuardedKind, guardedActs } from "#lib/approvals/model.ts";
import { WaitsHint } from "./waits-hint.tsx";
import { secondPersonWords as words } from "./words.ts";

const Kinds = createContext<readonly GuardedKind[]>([]);

/** Which kinds of acts wait for a second person now, for whatever asks before one. */
export function GuardedKinds({ kinds, children }: { kinds: readonly GuardedKind[]; children: ReactNode }) {
  return <Kinds value={kinds}>{children}</Kinds>;
}

/** Says that acts of a kind wait for a second person; nothing where they do not. */
export function GuardedHint({ kind }: { kind: GuardedKind | undefined }) {
  const kinds = useContext(Kinds);
  if (kind === undefined || !kinds.includes(kind)) return null;
  return <WaitsHint why={words.wantsTwo(guardedActs(kind))} />;
}
