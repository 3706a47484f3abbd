import { LinkChoices } from "#components/display/link-choices.tsx";
import type { LifelineKind } from "#lib/lifelines/model.ts";
import { lifelineHref } from "#lib/lifelines/model.ts";
import { type AskedLifeline, askedParams } from "./asked.ts";
import { LIFELINE_RANGES, lifelineWords as words } from "./words.ts";

/** The usual times as links. The first begins with the first use; of what was never used, all that is looked at is shown. */
export function Ranges({
  kind,
  id,
  asked,
  isUsed,
}: {
  kind: LifelineKind;
  id: string;
  asked: AskedLifeline;
  isUsed: boolean;
}) {
  const { at: current, ...others } = askedParams(asked);
  const hrefAt = (at: string | null) => {
    const params = new URLSearchParams({ ...others, ...(at === null ? {} : { at }) });
    const page = lifelineHref({ kind, id });
    return params.size === 0 ? page : `${page}?${params}`;
  };
  const isAll = current === undefined;
  const isFirst = isUsed || !isAll;
  const widest = LIFELINE_RANGES.at(-1)?.at;
  return (
    <LinkChoices
      label={words.range}
      choices={[
        ...(isFirst ? [{ word: words.all, href: hrefAt(null), isCurrent: isAll }] : []),
        ...LIFELINE_RANGES.map(({ at, word }) => ({
          word,
          href: hrefAt(at),
          isCurrent: current === at || (!isFirst && at === widest),
        })),
      ]}
    />
  );
}
