import { Alert } from "@mantine/core";
import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { RecentActs, RecentActsBy } from "#app/(console)/_components/recent-acts.tsx";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { getApiToken } from "#lib/api-tokens/get-api-token.ts";
import type { ApiTokenDetail } from "#lib/api-tokens/model.ts";
import { can } from "#lib/authz/require-permission.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { ApiTokenActions } from "../_components/api-token-actions.tsx";
import { API_TOKEN_BADGES, apiTokenWords as words } from "../_components/words.ts";

type ApiTokenPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readApiToken = cache(async (id: string) => getApiToken(await requestContext(), { apiTokenId: id }));

export async function generateMetadata({ params }: ApiTokenPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readApiToken(id).then((found) => found.name),
    words.one,
  );
}

/** When it ends, or did, whichever way. */
function endOf({ state, revokedAt, expiresAt }: ApiTokenDetail): KeyValueItem {
  if (state === "revoked") return { key: words.revokedAt, value: <Instant at={revokedAt} focusable /> };
  const key = state === "expired" ? words.ended : words.expires;
  return { key, value: <Instant at={expiresAt} none={words.never} focusable /> };
}

export default async function ApiTokenPage({ params }: ApiTokenPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/api-tokens/${id}`);
  if (!can(ctx, "api-token:read")) return <NotForRole role={ctx.actor.role} />;
  const token = await orNotFound(readApiToken(id));
  const { creator, role } = token;
  const goesWithIt = words.goesWithIt(token.revokesToo);
  const isOver = token.state === "revoked" || token.state === "expired";
  const isBounded = creator !== null && creator.role !== "owner" && creator.role !== role;
  return (
    <Page>
      <PageHeader
        title={token.name}
        badges={<StateBadge state={API_TOKEN_BADGES[token.state]} />}
        purpose={words.about}
        crumbs={[{ name: words.title, href: "/api-tokens" }]}
        actions={
          can(ctx, "api-token:write") && token.state !== "revoked" ? <ApiTokenActions token={token} /> : null
        }
      />
      <Columns
        main={
          <>
            {token.state === "creator_disabled" ? (
              <Alert color="yellow">{words.creatorDisabled}</Alert>
            ) : null}
            {token.revokedWith === null ? null : (
              <Alert color="blue">
                {words.revokedWith(token.revokedWith)}{" "}
                <Link prefetch={false} href={`/api-tokens/${token.revokedWith.id}`}>
                  {words.lookAtIt}
                </Link>
              </Alert>
            )}
            {isBounded && token.state === "active" ? (
              <Alert color="yellow">{words.countsAsBounded(ROLE_WORDS[creator.role].name)}</Alert>
            ) : null}
            {goesWithIt === null || token.state === "revoked" ? null : (
              <Alert color="blue">{words.goesWithItIfRevoked(goesWithIt)}</Alert>
            )}
            <Card title={words.place}>
              {token.networks.length === 0 ? (
                <p className="muted">{isOver ? words.wasFromAnywhere : words.fromAnywhere}</p>
              ) : (
                <ul className="mono" style={{ listStyle: "none", padding: 0, margin: 0 }}>
                  {token.networks.map((network) => (
                    <li key={network}>{network}</li>
                  ))}
                </ul>
              )}
            </Card>
            <RecentActsBy ctx={ctx} actorId={token.id} title={words.didTitle} none={words.didNothing} />
            <RecentActs ctx={ctx} target="api_token" targetId={token.id} />
          </>
        }
        side={
          <Card title={words.one}>
            <KeyValue
              items={[
                {
                  key: words.role,
                  value: <span title={ROLE_WORDS[role].means}>{ROLE_WORDS[role].name}</span>,
                },
                {
                  key: words.acts,
                  value: (
                    <span title={token.isUnattended ? words.unattendedMeans : words.attendedMeans}>
                      {token.isUnattended ? words.isUnattended : words.isAttended}
                    </span>
                  ),
                },
                ...(token.madeByToken === null
                  ? []
                  : [
                      {
                        key: words.madeWith,
                        value: (
                          <Link prefetch={false} href={`/api-tokens/${token.madeByToken.id}`}>
                            {token.madeByToken.name}
                          </Link>
                        ),
                      },
                    ]),
                { key: words.countsAs, value: creator?.email ?? words.commandLine },
                {
                  key: words.lastUsed,
                  value: (
                    <Instant at={token.lastUsedAt} none={words.never} hint={words.lastUsedHint} focusable />
                  ),
                },
                ...(token.lastUsedAt === null
                  ? []
                  : [
                      {
                        key: words.lastUsedFrom,
                        value:
                          token.lastUsedIp === null ? (
                            <span className="faint">{words.unknownPlace}</span>
                          ) : (
                            <AddressLink ip={token.lastUsedIp} />
                          ),
                      },
                    ]),
                endOf(token),
                { key: words.made, value: <Instant at={token.createdAt} focusable /> },
                { key: words.lastCharacters, value: <span className="mono">…{token.hint}</span> },
                { key: words.id, value: <IdText id={token.id} what="API token id" head={8} /> },
              ]}
            />
          </Card>
        }
      />
    </Page>
  );
}
