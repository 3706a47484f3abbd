import Link from "next/link";
import { settingsOf } from "#app/(console)/_components/settings-of.ts";
import { waysDiffer } from "#app/(console)/_components/ways-differ.ts";
import { Card } from "#components/display/card.tsx";
import { durationWords } from "#components/display/duration.ts";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { SEEN_WAY_WORDS, type VerifierPropagation } from "#lib/propagation/model.ts";
import {
  AUDIT_MODE_WORDS,
  CHECK_WAY_WORDS,
  VERIFIER_MODE_WORDS,
  type VerifierDetail,
} from "#lib/verifiers/model.ts";
import { latencyWords } from "./latency-words.ts";
import { verifierWords as words } from "./words.ts";

function Means({ mode }: { mode: { name: string; means: string } }) {
  return (
    <>
      {mode.name}
      <br />
      <span className="muted">{mode.means}</span>
    </>
  );
}

/** As its owner says, and as it was seen where that differs. */
function Way({ verifier, standing }: { verifier: VerifierDetail; standing: VerifierPropagation }) {
  return (
    <>
      <Means mode={CHECK_WAY_WORDS[verifier.checkWay]} />
      {waysDiffer(standing) ? (
        <>
          <br />
          {words.seenAs} {standing.seenWays.map((way) => SEEN_WAY_WORDS[way]).join(", ")}
        </>
      ) : null}
    </>
  );
}

export function VerifierFacts({
  verifier,
  standing,
}: {
  verifier: VerifierDetail;
  standing: VerifierPropagation;
}) {
  const means = settingsOf(verifier.checkWay, standing.seenWays);
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          { key: "Way", value: <Way verifier={verifier} standing={standing} /> },
          { key: "Standing", value: standing.says },
          { key: "Last heard", value: <Instant at={standing.lastHeardAt} none="never" focusable /> },
          { key: "Last asked", value: <Instant at={verifier.lastSeenAt} none="never" focusable /> },
          ...(verifier.answeredUs === null
            ? []
            : [
                {
                  key: words.answered,
                  value: <span title={words.answeredMeans}>{latencyWords(verifier.answeredUs)}</span>,
                },
              ]),
          ...(means.hearing
            ? [{ key: "Mode", value: <Means mode={VERIFIER_MODE_WORDS[verifier.mode]} /> }]
            : []),
          ...(means.hearing
            ? [
                {
                  key: "Hears nothing for",
                  value: `${durationWords(verifier.maxStalenessSeconds)} at most`,
                },
              ]
            : []),
          ...(means.record
            ? [{ key: "Record", value: <Means mode={AUDIT_MODE_WORDS[verifier.auditMode]} /> }]
            : []),
          ...(verifier.disabledAt
            ? [{ key: "Disabled", value: <Instant at={verifier.disabledAt} focusable /> }]
            : []),
          { key: "Created", value: <Instant at={verifier.createdAt} focusable /> },
          { key: "Changed", value: <Instant at={verifier.updatedAt} focusable /> },
          { key: "Id", value: <IdText id={verifier.id} what="verifier id" head={8} /> },
        ]}
      />
      <p style={{ marginTop: 12 }}>
        <Link prefetch={false} href={`/audit?verifier=${encodeURIComponent(verifier.name)}`}>
          {words.usesLink}
        </Link>
        {" · "}
        <Link prefetch={false} href={`/audit/refused?asker=${encodeURIComponent(verifier.name)}`}>
          {words.refusedLink}
        </Link>
        {" · "}
        <Link prefetch={false} href={`/audit/acts?target=verifier&targetId=${verifier.id}`}>
          {words.actsLink}
        </Link>
      </p>
    </Card>
  );
}

export function VerifierAudiences({ verifier }: { verifier: VerifierDetail }) {
  return (
    <Card title={words.audiences}>
      {verifier.audiences.length === 0 ? (
        <p className="muted">{words.none}</p>
      ) : (
        <ul style={{ display: "grid", gap: 6, padding: 0, listStyle: "none" }}>
          {verifier.audiences.map((audience) => (
            <li key={audience.id}>
              <Link prefetch={false} href={`/audiences/${audience.id}`}>
                {audience.title}
              </Link>{" "}
              <span className="mono faint">{audience.name}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
