import Link from "next/link";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { TokenUseRow } from "#lib/audit/model.ts";
import { refusalWords, sourceWords } from "#lib/audit/use-words.ts";
import { ERASED_NAME } from "#lib/erasures/model.ts";
import { isRefusedByOrder } from "#lib/tokens/refusing-order.ts";
import { RefusingOrder } from "./refusing-order.tsx";

const none = <span className="faint">none</span>;

const erased = <span className="faint">erased on request</span>;

/** One use of a token, whole, with where to go from it. */
export function UseDrawer({ use }: { use: TokenUseRow }) {
  const gone = use.user?.name === ERASED_NAME ? erased : none;
  const items: KeyValueItem[] = [
    { key: "Outcome", value: <StateBadge state={use.outcome} /> },
    ...(use.refusal ? [{ key: "Because", value: refusalWords(use.refusal) }] : []),
    ...(isRefusedByOrder(use) ? [{ key: "Order", value: <RefusingOrder key={use.id} use={use} /> }] : []),
    { key: "When", value: <Instant at={use.at} show="exact" focusable /> },
    { key: "On record", value: <Instant at={use.receivedAt} show="exact" focusable /> },
    { key: "Seen at", value: sourceWords(use.source) },
    {
      key: "Token",
      value: (
        <>
          <IdText id={use.token.id} what="token id" href={`/tokens/${use.token.id}`} head={8} />{" "}
          {use.token.kind}
        </>
      ),
    },
    {
      key: "Family",
      word: "family" as const,
      value: <IdText id={use.familyId} what="family id" href={`/families/${use.familyId}`} head={8} />,
    },
    {
      key: "Client",
      value: use.client ? (
        <Link prefetch={false} href={`/clients/${use.client.id}`}>
          {use.client.name}
        </Link>
      ) : (
        none
      ),
    },
    {
      key: "User",
      value: use.user ? (
        <Link prefetch={false} href={`/users/${use.user.id}`}>
          {use.user.email}
        </Link>
      ) : (
        "a service of its own"
      ),
    },
    { key: "Subject", value: <span className="mono">{use.subject}</span> },
    {
      key: "Verifier",
      value: use.verifier ? (
        <Link prefetch={false} href={`/verifiers/${use.verifier.id}`}>
          {use.verifier.name}
        </Link>
      ) : (
        none
      ),
    },
    { key: "Audience", value: use.audience ?? none },
    {
      key: "Request",
      value:
        use.method || use.path ? (
          <span className="mono">{`${use.method ?? ""} ${use.path ?? ""}`.trim()}</span>
        ) : (
          gone
        ),
    },
    ...(use.status === null ? [] : [{ key: "Answered", value: `HTTP ${use.status}` }]),
    ...(use.bytes === null
      ? []
      : [{ key: "Size of the answer", value: <NumberText value={use.bytes} unit={["byte", "bytes"]} /> }]),
    ...(use.latencyMicroseconds === null
      ? []
      : [{ key: "Decided in", value: <NumberText value={use.latencyMicroseconds} unit={["µs", "µs"]} /> }]),
    {
      key: "Address",
      value: use.ip ? <AddressLink ip={use.ip} /> : gone,
    },
    { key: "Country", value: <Country code={use.country} /> },
    { key: "User agent", value: use.userAgent ?? gone },
    { key: "Record", value: <IdText id={use.id} what="record id" head={8} /> },
    {
      key: "Place in the chain",
      value: (
        <>
          <IdText id={use.chain.writer} what="writer id" head={8} /> flush {use.chain.flush}, row{" "}
          {use.chain.ordinal + 1}
        </>
      ),
    },
  ];
  return <KeyValue items={items} />;
}
