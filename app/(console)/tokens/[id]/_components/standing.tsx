import { IconCircleCheck, IconHourglass } from "@tabler/icons-react";
import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { OrderLink } from "#app/(console)/_components/order-link.tsx";
import { wayWords } from "#app/(console)/_components/way-words.ts";
import { CardHeading } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { grantWords } from "#lib/clients/model.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { TOKEN_STATE_WORDS, type TokenDetail, type VerifierStanding } from "#lib/tokens/model.ts";
import classes from "./token-page.module.css";

/** Each has its line in the card about propagation too. */
const SHOWN = 8;

const untilOf = ({ acceptsUntil }: VerifierStanding) => acceptsUntil ?? "";

/** Who can accept it for longest comes first. */
function longestFirst(one: VerifierStanding, other: VerifierStanding): number {
  return untilOf(other).localeCompare(untilOf(one)) || one.name.localeCompare(other.name);
}

function Verifier({ verifier, isLive }: { verifier: VerifierStanding; isLive: boolean }) {
  const accepts = verifier.acceptsUntil !== null;
  return (
    <li>
      <span>
        <Link prefetch={false} href={`/verifiers/${verifier.verifierId}`}>
          {verifier.name}
        </Link>{" "}
        <small>{wayWords(verifier)}</small>
        <br />
        <small>{verifier.says}</small>
        {accepts && !isLive ? (
          <>
            <br />
            <small>
              Until <Instant at={verifier.acceptsUntil} show="exact" focusable />
            </small>
          </>
        ) : null}
      </span>
      {accepts ? (
        <Tag tone={isLive ? "standby" : "suspended"}>
          {isLive ? <IconCircleCheck size={14} aria-hidden /> : <IconHourglass size={14} aria-hidden />}
          {isLive ? "accepts it" : "can accept it"}
        </Tag>
      ) : (
        <Tag tone="active">
          <IconCircleCheck size={14} aria-hidden />
          refuses it
        </Tag>
      )}
    </li>
  );
}

/** Those that are not shown one by one, counted. */
function Rest({ rest }: { rest: VerifierStanding[] }) {
  const accepting = rest.filter(({ acceptsUntil }) => acceptsUntil !== null).length;
  return (
    <li>
      <Link prefetch={false} href="/verifiers">
        {rest.length} more
      </Link>
      <span className="muted">
        {accepting === 0 ? "all refuse it" : `${accepting} of them can accept it`}
      </span>
    </li>
  );
}

/** Its state, why, by whom, and who can still accept it. */
export function Standing({ token }: { token: TokenDetail }) {
  const decides = token.orders.find((order) => order.decides);
  const others = token.orders.filter((order) => !order.decides);
  const verifiers = token.verifiers.toSorted(longestFirst);
  return (
    <>
      <KeyValue
        items={[
          {
            key: "State",
            value: (
              <>
                <StateBadge state={token.state} />{" "}
                {token.endedAt ? <Instant at={token.endedAt} focusable /> : null}
                <br />
                <span className="muted">{TOKEN_STATE_WORDS[token.state].means}</span>
              </>
            ),
          },
          ...(decides
            ? [
                {
                  key: "Reason",
                  value: `${reasonWords(decides.reason, decides.actorKind)}${
                    decides.note ? ` · “${decides.note}”` : ""
                  }`,
                },
                {
                  key: "By",
                  value: (
                    <>
                      <ActorName
                        actor={{ kind: decides.actorKind, id: decides.actorId, name: decides.actorName }}
                      />
                      , <Instant at={decides.createdAt} focusable />
                    </>
                  ),
                },
                { key: "Order", value: <OrderLink order={decides} /> },
                ...(decides.expiresAt
                  ? [{ key: "Until", value: <Instant at={decides.expiresAt} show="exact" focusable /> }]
                  : []),
              ]
            : []),
          ...(others.length > 0
            ? [
                {
                  key: "Also",
                  value: others.map((order) => (
                    <div key={order.id}>
                      <OrderLink order={order} />
                      {order.effectiveFrom > order.createdAt ? (
                        <>
                          {", from "}
                          <Instant at={order.effectiveFrom} show="exact" focusable />
                        </>
                      ) : null}
                    </div>
                  )),
                },
              ]
            : []),
          ...(token.state === "revoked" ? [{ key: "Undo", value: "None. Issue a new one instead." }] : []),
          ...(token.liveRefreshTokenId && token.liveRefreshTokenId !== token.id
            ? [
                {
                  key: "Renewal",
                  value: (
                    <>
                      A{" "}
                      <Link prefetch={false} href={`/tokens/${token.liveRefreshTokenId}`}>
                        live refresh token
                      </Link>{" "}
                      of its family can make new access tokens.
                    </>
                  ),
                },
              ]
            : []),
          { key: "Grant", value: grantWords(token.grantType) },
          ...(token.sessionUid
            ? [
                {
                  key: "Session",
                  word: "session" as const,
                  value: (
                    <IdText
                      id={token.sessionUid}
                      what="session id"
                      head={8}
                      href={`/tokens?session=${encodeURIComponent(token.sessionUid)}`}
                    />
                  ),
                },
              ]
            : []),
          {
            key: "Issued to",
            value: token.issuingIp ? (
              <span title="The country is that of the address when the token was issued.">
                <AddressLink ip={token.issuingIp} /> <Country code={token.issuingCountry} />
              </span>
            ) : (
              "unknown address"
            ),
          },
        ]}
      />
      <CardHeading>Who can still accept it</CardHeading>
      {token.verifiers.length > 0 ? (
        <ul className={classes.rows}>
          {verifiers.slice(0, SHOWN).map((verifier) => (
            <Verifier key={verifier.verifierId} verifier={verifier} isLive={token.state === "active"} />
          ))}
          {verifiers.length > SHOWN ? <Rest rest={verifiers.slice(SHOWN)} /> : null}
        </ul>
      ) : (
        <p className="muted">No registered verifier answers for its audiences.</p>
      )}
    </>
  );
}
