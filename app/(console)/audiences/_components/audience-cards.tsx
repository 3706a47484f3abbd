import Link from "next/link";
import { actsAddress } from "#app/(console)/_components/acts-address.ts";
import { Card } from "#components/display/card.tsx";
import { CopyButton } from "#components/display/copy-button.tsx";
import { DurationText } from "#components/display/duration-text.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeButton } from "#components/revocation/revoke-button.tsx";
import type { AudiencePermission, AudienceRow } from "#lib/audiences/model.ts";
import { audienceWords as words } from "./words.ts";

export function AudiencePermissions({ audience, may }: { audience: AudienceRow; may: MayRevoke }) {
  return (
    <Card title={words.permissions} flush={audience.permissions.length > 0}>
      {audience.permissions.length === 0 ? (
        <p className="muted">{words.none}</p>
      ) : (
        <PlainTable
          name={words.permissions}
          rows={audience.permissions}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Permission",
              cell: (row: AudiencePermission) => <span className="mono">{row.name}</span>,
            },
            {
              header: "Allows",
              isWrapping: true,
              cell: (row: AudiencePermission) => row.description || <span className="faint">not said</span>,
            },
            {
              header: "Live tokens",
              isExtra: true,
              cell: (row: AudiencePermission) => (
                <Link
                  prefetch={false}
                  href={`/tokens?${new URLSearchParams({ permission: row.name, state: "active" })}`}
                  aria-label={`Tokens with it: live ones with ${row.name}`}
                >
                  Tokens with it
                </Link>
              ),
            },
            {
              header: words.takeBack,
              align: "end",
              cell: (row: AudiencePermission) => (
                <RevokeButton
                  target={{ kind: "permission", id: row.name }}
                  label={words.revokePermission}
                  about={`tokens with ${row.name}`}
                  isAllowed={may.permission}
                  size="compact-sm"
                />
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

export function AudienceFacts({ audience }: { audience: AudienceRow }) {
  const named = new URLSearchParams({ audience: audience.name });
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          {
            key: "In aud",
            value: (
              <>
                <span className="mono">{audience.name}</span> <CopyButton value={audience.name} what="name" />
              </>
            ),
          },
          {
            key: "Resource",
            value: (
              <>
                <span className="mono" style={{ overflowWrap: "anywhere" }}>
                  {audience.resourceUri}
                </span>{" "}
                <CopyButton value={audience.resourceUri} what="resource" />
              </>
            ),
          },
          {
            key: words.lifetime,
            value:
              audience.accessTokenTtlMaxSeconds === null ? (
                words.lifetimeOfClients
              ) : (
                <DurationText seconds={audience.accessTokenTtlMaxSeconds} />
              ),
          },
          {
            key: "Clients",
            value: (
              <Link prefetch={false} href={`/clients?${named}`}>
                <NumberText value={audience.clientCount} unit={["client", "clients"]} /> may name it
              </Link>
            ),
          },
          {
            key: "Verifiers",
            value:
              audience.verifierCount === 0 ? (
                words.noVerifiers
              ) : (
                <Link prefetch={false} href={`/verifiers?${named}`}>
                  <NumberText value={audience.verifierCount} unit={["verifier", "verifiers"]} /> may ask about
                  it
                </Link>
              ),
          },
          { key: "Created", value: <Instant at={audience.createdAt} focusable /> },
          { key: "Record", value: <IdText id={audience.id} what="record id" head={8} /> },
        ]}
      />
      <p style={{ marginTop: 12 }}>
        <Link prefetch={false} href={actsAddress("audience", [audience.id, audience.name])}>
          {words.actsLink}
        </Link>
      </p>
    </Card>
  );
}
