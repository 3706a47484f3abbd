import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import {
  OUTCOME_WORDS,
  type ReceivedRow,
  type ReceiverDetail,
  SUBJECT_BY_WORDS,
} from "#lib/signal-receivers/model.ts";
import { eventName } from "#lib/signals/model.ts";
import { PeerAddress } from "./peer-address.tsx";
import { policyWords } from "./policy-words.ts";
import { signalWords as words } from "./words.ts";

function Outcome({ row }: { row: ReceivedRow }) {
  if (row.orderId === null) return <span className="muted">{OUTCOME_WORDS[row.outcome]}</span>;
  return (
    <>
      <StateBadge state={row.outcome === "revoked" ? "revoked" : "suspended"} />{" "}
      <Link prefetch={false} href={`/orders/${row.orderId}`}>
        {words.order}
      </Link>
    </>
  );
}

/** What came, the newest first, with what was done. */
export function RecentSignals({ peer }: { peer: ReceiverDetail }) {
  return (
    <Card title={words.recent} flush={peer.recent.length > 0}>
      {peer.recent.length === 0 ? (
        <p className="muted">{words.noRecent}</p>
      ) : (
        <PlainTable
          name={words.recent}
          rows={peer.recent}
          keyOf={(row) => row.jti}
          columns={[
            { header: words.event, cell: (row: ReceivedRow) => eventName(row.eventType) },
            { header: words.outcome, cell: (row: ReceivedRow) => <Outcome row={row} /> },
            {
              header: words.user,
              cell: (row: ReceivedRow) =>
                row.user === null ? (
                  <span className="faint">nobody</span>
                ) : (
                  <Link prefetch={false} href={`/users/${row.user.id}`}>
                    {row.user.email}
                  </Link>
                ),
            },
            { header: words.at, isExtra: true, cell: (row: ReceivedRow) => <Instant at={row.receivedAt} /> },
          ]}
        />
      )}
    </Card>
  );
}

/** What is done at its events, and where it sends them. */
export function PeerPolicies({ peer, issuer }: { peer: ReceiverDetail; issuer: string }) {
  return (
    <Card title={words.policies}>
      {peer.policies.length === 0 ? (
        <p className="muted">{words.ignoresAll}</p>
      ) : (
        <ul>
          {peer.policies.map((policy) => (
            <li key={policy.eventType}>{policyWords(policy)}</li>
          ))}
        </ul>
      )}
      <div style={{ height: 16 }} />
      <PeerAddress issuer={issuer} receiverId={peer.id} />
    </Card>
  );
}

export function PeerFacts({ peer }: { peer: ReceiverDetail }) {
  const by = SUBJECT_BY_WORDS[peer.subjectBy].name;
  return (
    <Card title={words.peer}>
      <KeyValue
        items={[
          { key: words.issuer, value: <span className="mono">{peer.issuer}</span> },
          { key: words.jwks, value: <span className="mono">{peer.jwksUrl}</span> },
          { key: words.peerAudience, value: <span className="mono">{peer.audience}</span> },
          {
            key: words.peerVerifier,
            value:
              peer.verifier === null ? (
                <span className="faint">none</span>
              ) : (
                <Link prefetch={false} href={`/verifiers/${peer.verifier.id}`}>
                  {peer.verifier.name}
                </Link>
              ),
          },
          { key: words.subjectBy, value: peer.attribute === null ? by : `${by}: ${peer.attribute}` },
          { key: words.lastReceived, value: <Instant at={peer.lastReceivedAt} none="never" focusable /> },
          {
            key: words.lastError,
            value:
              peer.lastError === null ? (
                <span className="faint">none</span>
              ) : (
                <>
                  {peer.lastError} <Instant at={peer.lastErrorAt} focusable />
                </>
              ),
          },
          { key: "Secret", value: <span className="mono">…{peer.hint}</span> },
          { key: words.created, value: <Instant at={peer.createdAt} focusable /> },
          { key: words.changed, value: <Instant at={peer.updatedAt} focusable /> },
          { key: words.id, value: <IdText id={peer.id} what="peer id" head={8} /> },
        ]}
      />
    </Card>
  );
}
