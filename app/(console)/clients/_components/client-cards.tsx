import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { SecretsCard } from "#components/overlay/secrets-card.tsx";
import {
  type AudienceRef,
  CLIENT_KIND_WORDS,
  type ClientDetail,
  grantWords,
  hasRedirects,
  isConfidential,
  isSenderConstrained,
} from "#lib/clients/model.ts";
import type { OrganisationLifetimes } from "#lib/lifetimes/model.ts";
import { LifetimesFields } from "./lifetimes-fields.tsx";
import { clientWords as words } from "./words.ts";

export function ClientLifetime({ client, bounds }: { client: ClientDetail; bounds: OrganisationLifetimes }) {
  return (
    <Card
      title={words.lifetime}
      aside={
        <Link prefetch={false} href={`/clients/${client.id}/lifetimes`}>
          {words.lifetimesLink}
        </Link>
      }
    >
      <LifetimesFields
        subject={{
          ...client,
          isConfidential: isConfidential(client.kind),
          isSenderConstrained: isSenderConstrained(client),
        }}
        audiences={client.audiences}
        organisation={bounds}
      />
    </Card>
  );
}

/** What its tokens open: audiences, and the permissions of each that it may ask for. */
export function ClientOpens({ client }: { client: ClientDetail }) {
  const permissionsOf = (audience: AudienceRef) =>
    client.permissions.filter((permission) => permission.audience === audience.name).map(({ name }) => name);
  return (
    <Card title={words.opens} flush={client.audiences.length > 0}>
      {client.audiences.length === 0 ? (
        <p className="muted">{words.opensNothing}</p>
      ) : (
        <PlainTable
          name={words.opens}
          rows={client.audiences}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Audience",
              isWrapping: true,
              cell: (row: AudienceRef) => (
                <>
                  <Link prefetch={false} href={`/audiences/${row.id}`}>
                    {row.title}
                  </Link>{" "}
                  <span className="mono faint">{row.name}</span>
                </>
              ),
            },
            {
              header: "It may ask for",
              isWrapping: true,
              cell: (row: AudienceRef) => (
                <ScopeList
                  values={permissionsOf(row)}
                  what={["permission", "permissions"]}
                  shown={3}
                  isWrapping
                />
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

export function ClientFacts({ client }: { client: ClientDetail }) {
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          {
            key: "Client ID",
            value: <IdText id={client.clientId} what="client ID" head={40} tail={8} />,
          },
          { key: "Kind", value: CLIENT_KIND_WORDS[client.kind].name },
          { key: "Grants", value: client.grantTypes.map(grantWords).join(", ") },
          { key: words.authMethod, value: words.authMethods[client.authMethod] },
          { key: words.binding, value: client.requireDpop ? words.dpopRequired : words.dpopOptional },
          ...(hasRedirects(client.kind)
            ? [{ key: words.requests, value: client.requirePar ? words.parRequired : words.parOptional }]
            : []),
          { key: "Tokens", value: client.tokenFormat === "jwt" ? "JWT, signed and readable" : "opaque" },
          ...(client.kind === "service"
            ? [{ key: "Groups", value: client.groups.map((group) => group.name).join(", ") || "none" }]
            : [
                {
                  key: "Consent",
                  value: client.requireConsent ? "people are asked" : "people are not asked",
                },
              ]),
          ...(client.disabledAt
            ? [{ key: "Disabled", value: <Instant at={client.disabledAt} focusable /> }]
            : []),
          { key: "Created", value: <Instant at={client.createdAt} focusable /> },
          { key: "Changed", value: <Instant at={client.updatedAt} focusable /> },
          { key: "Record", value: <IdText id={client.id} what="record id" head={8} /> },
        ]}
      />
      <p style={{ marginTop: 12 }}>
        <Link prefetch={false} href={`/audit?client=${encodeURIComponent(client.clientId)}`}>
          {words.usesLink}
        </Link>
        {" · "}
        <Link prefetch={false} href={`/audit/acts?target=client&targetId=${client.id}`}>
          {words.actsLink}
        </Link>
      </p>
    </Card>
  );
}

export function ClientAddresses({ client }: { client: ClientDetail }) {
  if (!hasRedirects(client.kind)) return null;
  return (
    <Card title={words.redirectUris}>
      <Addresses list={client.redirectUris} />
      {client.postLogoutRedirectUris.length > 0 ? (
        <>
          <p className="muted" style={{ margin: "12px 0 4px" }}>
            {words.postLogoutUris}
          </p>
          <Addresses list={client.postLogoutRedirectUris} />
        </>
      ) : null}
    </Card>
  );
}

function Addresses({ list }: { list: string[] }) {
  return (
    <ul style={{ display: "grid", gap: 4, padding: 0, listStyle: "none" }}>
      {list.map((uri) => (
        <li key={uri} className="mono" style={{ overflowWrap: "anywhere" }}>
          {uri}
        </li>
      ))}
    </ul>
  );
}

export function ClientClaims({ client }: { client: ClientDetail }) {
  if (Object.keys(client.customClaims).length === 0) return null;
  return (
    <Card title={words.claims}>
      <CommandLine text={JSON.stringify(client.customClaims, null, 2)} what="custom claims" />
    </Card>
  );
}

/** The secrets by which a client may prove who it is now; none where it has keys, or keeps nothing. */
export function ClientSecrets({ client, canWrite }: { client: ClientDetail; canWrite: boolean }) {
  if (client.authMethod !== "client_secret") return null;
  return (
    <SecretsCard
      secrets={client.secrets}
      url={`/api/v1/clients/${client.id}`}
      canWrite={canWrite}
      none={words.noSecrets}
      endOnly={words.endOnlySecret}
      endOne={words.endOneSecret}
    />
  );
}
