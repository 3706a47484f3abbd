import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { CardHeading } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { ActivityRow } from "#lib/audit/model.ts";
import classes from "./token-page.module.css";

type Place = {
  country: string | null;
  ip: string | null;
  outcome: "allowed" | "refused";
  count: number;
  lastAt: string;
};

function placesOf(activity: ActivityRow[]): Place[] {
  const places = new Map<string, Place>();
  for (const row of activity) {
    if (row.kind !== "use" || row.use.outcome === "issued") continue;
    const { country, ip, outcome, at } = row.use;
    const key = `${country} ${ip} ${outcome}`;
    const place = places.get(key) ?? { country, ip, outcome, count: 0, lastAt: at };
    place.count += 1;
    places.set(key, place);
  }
  return [...places.values()].sort((a, b) => b.count - a.count).slice(0, 6);
}

/** Countries and addresses that it was used from. */
export function SeenFrom({ activity, hasMore }: { activity: ActivityRow[]; hasMore: boolean }) {
  const places = placesOf(activity);
  return (
    <>
      <CardHeading>Seen from</CardHeading>
      {places.length === 0 ? (
        <p className="muted">Nobody has used it yet.</p>
      ) : (
        <ul className={classes.rows}>
          {places.map((place) => (
            <li key={`${place.country} ${place.ip} ${place.outcome}`}>
              <span>
                <Country code={place.country} />{" "}
                <small>{place.ip === null ? "unknown address" : <AddressLink ip={place.ip} />}</small>
                <br />
                <small>
                  last <Instant at={place.lastAt} />
                </small>
              </span>
              <StateBadge state={place.outcome}>
                {groupedNumber(place.count)} {place.outcome}
              </StateBadge>
            </li>
          ))}
        </ul>
      )}
      {hasMore && places.length > 0 ? <p className={classes.note}>Of its newest 200 events.</p> : null}
    </>
  );
}
