import Link from "next/link";
import type { OrderRow } from "#lib/revocations/model.ts";
import { targetWords } from "#lib/revocations/target-words.ts";
import { targetHref } from "./target-href.ts";

/** What an order is upon, leading to where that can be seen; a frozen selection is nowhere but in its order. */
export function TargetName({ target }: { target: OrderRow["target"] }) {
  const { lead, name } = targetWords(target);
  const href = targetHref(target);
  return (
    <span className={lead ? "among-words" : undefined}>
      {lead ? <span className="muted">{lead} </span> : null}
      {href === null ? (
        <span title={target.name}>{name}</span>
      ) : (
        <Link href={href} prefetch={false} title={target.name} style={{ textDecoration: "underline" }}>
          {name}
        </Link>
      )}
    </span>
  );
}
