import type { SignedInContext } from "#app/_lib/context.ts";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { readUseMap } from "#app/(console)/_components/read-use-map.ts";
import { mapWords } from "#app/(console)/_components/use-map-words.ts";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { USE_OUTCOMES } from "#lib/audit/model.ts";
import classes from "./token-page.module.css";

/** Addresses that it was issued to and used from: the uses of the map, so that both say the same. */
export async function SeenFrom({ ctx, tokenId }: { ctx: SignedInContext; tokenId: string }) {
  const map = await readUseMap(ctx, { token: tokenId });
  if (map === null) return <p className="muted">{mapWords.notRead}</p>;
  if (map.addresses.length === 0) return <p className="muted">{mapWords.none}</p>;
  return (
    <>
      <ul className={classes.rows}>
        {map.addresses.map(({ country, ip, counts, lastAt }) => (
          <li key={`${country} ${ip}`}>
            <span>
              <Country code={country} />{" "}
              <small>{ip === null ? mapWords.noAddress : <AddressLink ip={ip} />}</small>
              <br />
              <small>
                last <Instant at={lastAt} />
              </small>
            </span>
            <span className={classes.outcomes}>
              {USE_OUTCOMES.map((outcome) => {
                const count = counts[outcome] ?? 0;
                return count === 0 ? null : (
                  <StateBadge key={outcome} state={outcome}>
                    {groupedNumber(count)} {outcome}
                  </StateBadge>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
      {map.isCut ? <p className={classes.note}>{mapWords.cut}</p> : null}
    </>
  );
}
