import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import {
  DELIVERY_WORDS,
  type EventStreamRow,
  FORMAT_WORDS,
  lossWords,
  OUTCOME_FILTER_WORDS,
  SOURCE_WORDS,
} from "#lib/event-streams/model.ts";
import { streamWords as words } from "./words.ts";

/** What left the log before it was sent. */
export function LossAlert({ stream }: { stream: EventStreamRow }) {
  if (stream.losses.length === 0) return null;
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={words.lossTitle}>
      {stream.losses.map((loss) => (
        <div key={loss.source}>{lossWords(loss)}.</div>
      ))}
      {words.lossText}
    </Alert>
  );
}

/** Where a stream is, how far it is behind, what went wrong. */
export function EventStreamDelivery({ stream }: { stream: EventStreamRow }) {
  const { lag, usesBefore, actsSequence, failures, lastError, statusReason } = stream;
  const items: (KeyValueItem | null)[] = [
    stream.status === "paused"
      ? { key: words.state, value: statusReason === "" ? "Paused" : `Paused: the sink ${statusReason}` }
      : null,
    {
      key: words.lag,
      value:
        lag.count === 0 ? (
          words.lagNone
        ) : (
          <>
            {words.lagOf(lag)}, the oldest received <Instant at={lag.since} focusable />
          </>
        ),
    },
    usesBefore === null
      ? null
      : {
          key: words.usesBefore,
          value: (
            <>
              {lag.count === 0 ? words.allUntil : words.allBefore}{" "}
              <Instant at={usesBefore} show="exact" focusable />
            </>
          ),
        },
    actsSequence === null ? null : { key: words.actsSequence, value: words.actsAt(actsSequence) },
    { key: words.lastDelivered, value: <Instant at={stream.lastDeliveredAt} none="never" focusable /> },
    { key: words.delivered, value: `${groupedNumber(stream.delivered)} events` },
    {
      key: words.lastError,
      value:
        lastError === null ? (
          <span className="faint">none</span>
        ) : (
          <>
            {words.sink} {lastError}, <Instant at={stream.lastErrorAt} focusable />
          </>
        ),
    },
    failures > 0 && stream.status === "running"
      ? {
          key: words.nextAttempt,
          value: (
            <>
              <Instant at={stream.nextAttemptAt} none="now" focusable /> {words.attempts(failures)}
            </>
          ),
        }
      : null,
  ];
  return (
    <Card title={words.position}>
      <KeyValue wide items={items.filter((item) => item !== null)} />
    </Card>
  );
}

export function EventStreamFacts({ stream }: { stream: EventStreamRow }) {
  const { clients, previousSecretUntil } = stream;
  const ofDelivery: KeyValueItem[] =
    stream.delivery === "webhook"
      ? [
          {
            key: words.signature,
            value:
              previousSecretUntil === null ? (
                words.signedBy
              ) : (
                <>
                  {words.signedByBoth} <Instant at={previousSecretUntil} focusable />
                </>
              ),
          },
          { key: words.authorization, value: stream.hasAuthorization ? "set" : "none" },
        ]
      : [{ key: words.caPem, value: stream.caPem === null ? "the system's" : "its own" }];
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          { key: words.delivery, value: DELIVERY_WORDS[stream.delivery].name },
          { key: words.url, value: <span className="mono">{stream.url}</span> },
          ...ofDelivery,
          { key: words.format, value: FORMAT_WORDS[stream.format].name },
          { key: words.sources, value: stream.sources.map((source) => SOURCE_WORDS[source].name).join(", ") },
          { key: words.outcome, value: OUTCOME_FILTER_WORDS[stream.outcome] },
          {
            key: words.clients,
            value: clients.length === 0 ? words.everyClient : clients.map(({ name }) => name).join(", "),
          },
          { key: words.created, value: <Instant at={stream.createdAt} focusable /> },
          { key: words.changed, value: <Instant at={stream.updatedAt} focusable /> },
          { key: words.id, value: <IdText id={stream.id} what="stream id" head={8} /> },
        ]}
      />
    </Card>
  );
}

/** What the sink's people need. */
export function ForSink({ stream }: { stream: EventStreamRow }) {
  return (
    <Card title={words.how}>
      <p>{stream.delivery === "webhook" ? words.howWebhook : words.howSyslog}</p>
      {stream.delivery === "webhook" ? <p style={{ marginTop: 8 }}>{words.howSigned}</p> : null}
      <p className="muted" style={{ marginTop: 8 }}>
        {words.howTwice}
      </p>
    </Card>
  );
}
