import Link from "next/link";
import { Card, CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { DELIVERY_WORDS, eventName, STREAM_STATUS_WORDS, type StreamRow } from "#lib/signals/model.ts";
import { signalWords as words } from "./words.ts";

/** How a stream stands: what waits, what went wrong, what has arrived. */
export function StreamDelivery({ stream }: { stream: StreamRow }) {
  const items: KeyValueItem[] = [
    {
      key: words.state,
      value: (
        <>
          {STREAM_STATUS_WORDS[stream.status].name}
          {stream.statusReason === "" ? "" : `: ${stream.statusReason}`}
          <br />
          <span className="muted">
            {stream.isVerifierEnabled ? STREAM_STATUS_WORDS[stream.status].means : words.verifierOff}
          </span>
        </>
      ),
    },
    {
      key: words.lag,
      value:
        stream.lag === 0 ? (
          words.lagNone
        ) : (
          <>
            {words.lagWords(stream.lag)}, since <Instant at={stream.behindSince} focusable />
          </>
        ),
    },
    { key: words.lastDelivered, value: <Instant at={stream.lastDeliveredAt} none="never" focusable /> },
    ...(stream.delivery === "poll"
      ? [{ key: words.lastPolled, value: <Instant at={stream.lastPolledAt} none="never" focusable /> }]
      : []),
    { key: words.verified, value: <Instant at={stream.verifiedAt} none="never" focusable /> },
    {
      key: words.lastError,
      value:
        stream.lastError === null ? (
          <span className="faint">none</span>
        ) : (
          <>
            The receiver {stream.lastError}, <Instant at={stream.lastErrorAt} focusable />
          </>
        ),
    },
    ...(stream.failures > 0
      ? [
          {
            key: words.nextAttempt,
            value: (
              <>
                <Instant at={stream.nextAttemptAt} none="now" focusable /> {words.attempts(stream.failures)}
              </>
            ),
          },
        ]
      : []),
    { key: words.delivered, value: groupedNumber(stream.delivered) },
    {
      key: words.refused,
      value: (
        <>
          {groupedNumber(stream.refused)}
          {stream.refused > 0 ? (
            <>
              <br />
              <span className="muted">{words.refusedMeans}</span>
            </>
          ) : null}
        </>
      ),
    },
    {
      key: words.lost,
      value: (
        <>
          {groupedNumber(stream.lost)}
          {stream.lost > 0 ? (
            <>
              <br />
              <span className="muted">{words.lostMeans}</span>
            </>
          ) : null}
        </>
      ),
    },
  ];
  return (
    <Card title={words.health}>
      <KeyValue wide items={items} />
    </Card>
  );
}

export function StreamFacts({ stream }: { stream: StreamRow }) {
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          {
            key: words.verifier,
            value: (
              <Link prefetch={false} href={`/verifiers/${stream.verifier.id}`}>
                {stream.verifier.name}
              </Link>
            ),
          },
          { key: words.events, value: stream.events.map(eventName).join(", ") },
          { key: words.delivery, value: DELIVERY_WORDS[stream.delivery].name },
          ...(stream.endpointUrl === null
            ? []
            : [
                { key: words.endpoint, value: <span className="mono">{stream.endpointUrl}</span> },
                { key: words.authorization, value: stream.hasAuthorization ? "set" : "none" },
              ]),
          { key: words.audience, value: <span className="mono">{stream.audience}</span> },
          { key: words.created, value: <Instant at={stream.createdAt} focusable /> },
          { key: words.changed, value: <Instant at={stream.updatedAt} focusable /> },
          { key: words.id, value: <IdText id={stream.id} what="stream id" head={8} /> },
        ]}
      />
    </Card>
  );
}

/** What the receiver's people need. */
export function ForReceiver({ stream, issuer }: { stream: StreamRow; issuer: string }) {
  const poll = `curl -H "Authorization: Bearer $RECEIVER_SECRET" -H "Content-Type: application/json" \\\n  -d '{"maxEvents":100}' \\\n  ${issuer}/signals/streams/${stream.id}/poll`;
  return (
    <Card title={words.how}>
      <CardHeading>{words.howMetadata}</CardHeading>
      <CommandLine text={`curl ${issuer}/.well-known/ssf-configuration`} what="metadata command" />
      {stream.delivery === "poll" ? (
        <>
          <div style={{ height: 16 }} />
          <CardHeading>{words.howPoll}</CardHeading>
          <CommandLine text={poll} what="poll command" />
          <p className="muted" style={{ marginTop: 8 }}>
            {words.howPollText}
          </p>
        </>
      ) : null}
    </Card>
  );
}
