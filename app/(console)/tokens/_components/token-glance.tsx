"use client";

import { Button } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { OrderLink } from "#app/(console)/_components/order-link.tsx";
import { useTokenDetail } from "#app/(console)/_components/use-token-detail.ts";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import { ErrorState } from "#components/feedback/error-state.tsx";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { RequestProblem } from "#components/request/request-json.ts";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeMenu } from "#components/revocation/revoke-menu.tsx";
import { reasonWords } from "#lib/revocations/model.ts";
import { TOKEN_STATE_WORDS, type TokenRow } from "#lib/tokens/model.ts";
import { revokeChoices } from "./revoke-choices.ts";
import { Expiry, PRECISION } from "./token-cells.tsx";
import classes from "./token-glance.module.css";

/** A token beside the table: what its row knows at once, its standing as soon as it is told. */
export function TokenGlance({ id, row, may }: { id: string; row: TokenRow | null; may: MayRevoke }) {
  const { detail, error, retry } = useTokenDetail(id, row?.state);
  const token: TokenRow | null = row ?? detail;
  if (token === null)
    return error ? (
      <ErrorState
        title="This token could not be shown"
        reason={error instanceof Error ? error.message : undefined}
        requestId={error instanceof RequestProblem ? error.requestId : undefined}
        retry={retry}
      />
    ) : (
      <div className={classes.glance}>
        <LoadingNote what="the token" />
        <Bar width="60%" />
        <Bar />
        <Bar width="80%" />
      </div>
    );
  const order = detail?.orders.find((one) => one.decides);
  return (
    <div className={classes.glance}>
      <div className={classes.badges}>
        <StateBadge state={token.state} />
        <Tag>
          {token.format === "jwt" ? "JWT" : "Opaque"} {token.kind} token
        </Tag>
      </div>
      <p className="muted">{TOKEN_STATE_WORDS[token.state].means}</p>
      <KeyValue
        items={[
          {
            key: token.user ? "User" : "Service",
            value: token.user ? (
              <>
                <Link prefetch={false} href={`/users/${token.user.id}`}>
                  {token.user.name}
                </Link>
                <br />
                <span className="muted">{token.user.email}</span>
              </>
            ) : (
              token.subject
            ),
          },
          {
            key: "Client",
            value: (
              <Link prefetch={false} href={`/clients/${token.client.id}`}>
                {token.client.clientId}
              </Link>
            ),
          },
          { key: "Permissions", value: <List values={token.permissions} isCode /> },
          { key: "Groups", value: <List values={token.groups} /> },
          { key: "Audience", value: <List values={token.audiences} /> },
          { key: "Issued", value: <Instant at={token.issuedAt} focusable /> },
          { key: "Issued to", value: <Country code={token.issuingCountry} /> },
          { key: "Expires", value: <Expiry token={token} /> },
          {
            key: "Last used",
            value: (
              <>
                <Instant at={token.lastUsedAt} none="never" hint={PRECISION} focusable />
                {token.lastIp ? (
                  <>
                    {" "}
                    <AddressLink ip={token.lastIp} />
                  </>
                ) : null}
              </>
            ),
          },
          {
            key: "Uses",
            value: (
              <>
                <NumberText value={token.useCount} /> allowed, <NumberText value={token.refusedCount} />{" "}
                refused
              </>
            ),
          },
          ...(order
            ? [
                {
                  key: "Why",
                  value: (
                    <>
                      {reasonWords(order.reason, order.actorKind)}
                      {order.note ? ` · “${order.note}”` : ""}
                      <br />
                      <span className="muted">
                        <ActorName
                          actor={{ kind: order.actorKind, id: order.actorId, name: order.actorName }}
                        />
                        , <Instant at={order.createdAt} focusable />
                      </span>
                      <br />
                      <OrderLink order={order} />
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      {detail && detail.verifiers.length > 0 ? (
        <ul className={classes.verifiers} aria-label="Who can still accept it">
          {detail.verifiers.map((verifier) => (
            <li key={verifier.verifierId}>
              <span>{verifier.name}</span>
              <span className="muted">{verifier.says}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className={classes.actions}>
        <Button
          component={Link}
          prefetch={false}
          href={`/tokens/${id}`}
          rightSection={<IconArrowRight size={16} />}
        >
          Its page
        </Button>
        <RevokeMenu choices={revokeChoices(token, detail)} may={may} />
      </div>
    </div>
  );
}

function List({ values, isCode = false }: { values: string[]; isCode?: boolean }) {
  if (values.length === 0) return <span className="faint">none</span>;
  return isCode ? (
    <span className={classes.codes}>
      {values.map((value) => (
        <code key={value}>{value}</code>
      ))}
    </span>
  ) : (
    values.join(", ")
  );
}
