import Link from "next/link";
import { STANDING_LOOKS } from "#app/(console)/_components/standing-badge.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { Tag } from "#components/display/tag.tsx";
import { STANDING_WORDS, TROUBLED_STANDINGS, type TroubledCounts } from "#lib/propagation/model.ts";
import classes from "./troubled-verifiers.module.css";
import { verifierWords as words } from "./words.ts";

/** Those of all verifiers that want a look, each kind a link to its list; nothing where there is none. */
export function TroubledVerifiers({ counts }: { counts: TroubledCounts }) {
  const troubled = TROUBLED_STANDINGS.filter((standing) => counts[standing] > 0);
  if (troubled.length === 0) return null;
  return (
    <nav className={classes.line} aria-label={words.troubled}>
      {troubled.map((standing) => {
        const { tone, Icon } = STANDING_LOOKS[standing];
        const { name, means } = STANDING_WORDS[standing];
        return (
          <Link key={standing} href={`/verifiers?standing=${standing}`} prefetch={false} title={means}>
            <Tag tone={tone}>
              <Icon size={14} stroke={1.9} aria-hidden />
              {groupedNumber(counts[standing])} {name.toLowerCase()}
            </Tag>
          </Link>
        );
      })}
    </nav>
  );
}
