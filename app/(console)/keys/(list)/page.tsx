import { IconCode, IconSignature } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { getKeySettings } from "#lib/keys/get-key-settings.ts";
import { listKeyPolicies } from "#lib/keys/list-key-policies.ts";
import { listKeys } from "#lib/keys/list-keys.ts";
import { KEY_PURPOSE_WORDS } from "#lib/keys/model.ts";
import { readJwks } from "#lib/keys/read-jwks.ts";
import { ServedSets } from "../_components/key-cards.tsx";
import { Readiness } from "../_components/key-holders.tsx";
import { KeyTimeline } from "../_components/key-timeline.tsx";
import { KeysTable } from "../_components/keys-table.tsx";
import { PolicyCard } from "../_components/policy-card.tsx";
import { RotateButton } from "../_components/rotate-button.tsx";
import { SettingsCard } from "../_components/settings-card.tsx";
import { keyWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function KeysPage() {
  const ctx = await requireSignedIn("/keys");
  const [keys, sets, policies, settings] = await Promise.all([
    listKeys(ctx),
    readJwks(ctx),
    listKeyPolicies(ctx),
    getKeySettings(ctx),
  ]);
  const mayRotate = can(ctx, "key:rotate");
  const signing = keys.filter((key) => key.state === "active");
  const jwks = `${getEnv().authorityIssuer}/oauth/jwks`;
  return (
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <>
            <LinkButton href={jwks} leftSection={<IconCode size={16} />}>
              {words.jwks}
            </LinkButton>
            {mayRotate && signing.length > 0 ? <RotateButton signing={signing} /> : null}
          </>
        }
      />
      {keys.length === 0 ? (
        <Card>
          <EmptyState icon={<IconSignature size={28} stroke={1.5} />} title={words.emptyTitle}>
            {words.emptyText}
          </EmptyState>
        </Card>
      ) : (
        <>
          <Card title={words.ring}>
            <KeyTimeline
              keys={keys.map((key) => ({ ...key, purposeWord: KEY_PURPOSE_WORDS[key.purpose].name }))}
              now={ctx.now.toISOString()}
            />
          </Card>
          <Card title={words.all} flush>
            <KeysTable keys={keys} may={revocableBy(ctx.actor.role)} />
          </Card>
          <Readiness keys={keys} />
          <p className="muted">{words.tokensNote}</p>
          <PolicyCard policies={policies} mayChange={mayRotate} />
          <SettingsCard settings={settings} mayChange={mayRotate} />
          <ServedSets {...sets} />
        </>
      )}
    </Page>
  );
}
