import type { ReactNode } from "react";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { NetworkCredit } from "#app/(console)/_components/network-credit.tsx";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { SOURCE_WORDS } from "#lib/audit/use-words.ts";
import type { DetectionDetail } from "#lib/detections/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import classes from "./detections.module.css";
import { detectionWords as words } from "./words.ts";

function sourceWords(source: string): string {
  return Object.hasOwn(SOURCE_WORDS, source) ? SOURCE_WORDS[source as keyof typeof SOURCE_WORDS] : source;
}

/** By name and number, with whose data says so; or a stretch of addresses. */
function Network({ facts: { network, networkName } }: Pick<DetectionDetail, "facts">) {
  const isNamed = typeof networkName === "string";
  return (
    <>
      {isNamed ? `${networkName} ` : null}
      <span className="mono">{network}</span>
      {isNamed ? (
        <>
          {" "}
          <small>
            <NetworkCredit />
          </small>
        </>
      ) : null}
    </>
  );
}

/** What a detection rests on: the sentence first, then where and when. */
export function EvidenceCard({ detection }: { detection: DetectionDetail }) {
  const { rule, facts, firstAt, lastAt, count, says, verifier } = detection;
  const items: KeyValueItem[] = [
    { key: "Found", value: rule === "burst" ? words.inMinutes(count) : words.times(count) },
    { key: "First", value: <Instant at={firstAt} show="exact" focusable /> },
    { key: "Last", value: <Instant at={lastAt} show="exact" focusable /> },
  ];
  const add = (key: string, value: ReactNode) => items.push({ key, value });
  if (typeof facts.ip === "string") add("Last from", <AddressLink ip={facts.ip} />);
  if (typeof facts.country === "string") add("Country", <Country code={facts.country} />);
  if (typeof facts.network === "string") add("Network", <Network facts={facts} />);
  if (typeof facts.request === "string") add("Request", <span className="mono">{facts.request}</span>);
  if (typeof facts.source === "string") add("Seen at", sourceWords(facts.source));
  if (verifier !== null) add("By verifier", verifier.name);
  return (
    <Card title={words.evidence}>
      <p className={classes.says}>{visibleText(says)}</p>
      <KeyValue items={items} />
    </Card>
  );
}
