import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { type DetectionRow, detectionHref, RULE_WORDS } from "#lib/detections/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** What was found unusual of the case's tokens, the last found first; nothing where nothing was. */
export function DetectionsCard({ detections }: { detections: readonly DetectionRow[] }) {
  if (detections.length === 0) return null;
  return (
    <Card title={words.detections}>
      <ul style={{ display: "grid", gap: 12, margin: 0, padding: 0, listStyle: "none" }}>
        {detections.map(({ id, rule, says, lastAt }) => (
          <li key={id}>
            <Link prefetch={false} href={detectionHref(id)}>
              {RULE_WORDS[rule]}
            </Link>{" "}
            <small className="faint">
              <Instant at={lastAt} focusable />
            </small>
            <br />
            <small className="muted">{says}</small>
          </li>
        ))}
      </ul>
    </Card>
  );
}
