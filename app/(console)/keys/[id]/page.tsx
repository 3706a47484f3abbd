import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { Card } from "#components/display/card.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getKey } from "#lib/keys/get-key.ts";
import { KEY_PURPOSE_WORDS } from "#lib/keys/model.ts";
import { KeyActions } from "../_components/key-actions.tsx";
import { KeyFacts, KeyHistory, PublicHalf } from "../_components/key-cards.tsx";
import { KeyHoldersCard } from "../_components/key-holders.tsx";
import { KeyTimeline } from "../_components/key-timeline.tsx";
import { KEY_BADGES, keyWords as words } from "../_components/words.ts";

type KeyPageProps = { params: Promise<{ id: string }> };

/** Read once for the title and the page. */
const readKey = cache(async (kid: string) => getKey(await requestContext(), { kid }));

export async function generateMetadata({ params }: KeyPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readKey(decodeURIComponent(id)).then((found) => found.kid),
    words.one,
  );
}

export default async function KeyPage({ params }: KeyPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/keys/${id}`);
  const key = await orNotFound(readKey(decodeURIComponent(id)));
  const purposeWord = KEY_PURPOSE_WORDS[key.purpose].name;
  return (
    <Page>
      <PageHeader
        title={key.kid}
        badges={<StateBadge state={KEY_BADGES[key.state].badge} />}
        purpose={`${purposeWord}, ${key.algorithm}. ${KEY_BADGES[key.state].means}.`}
        crumbs={[{ name: words.title, href: "/keys" }]}
        actions={
          <KeyActions row={key} may={{ rotate: can(ctx, "key:rotate"), declare: can(ctx, "key:revoke") }} />
        }
      />
      <Columns
        main={
          <>
            <Card title={words.ring}>
              <KeyTimeline keys={[{ ...key, purposeWord }]} now={ctx.now.toISOString()} isAlone />
            </Card>
            <KeyHoldersCard detail={key} />
            <KeyHistory row={key} />
            <PublicHalf detail={key} />
          </>
        }
        side={<KeyFacts row={key} now={ctx.now} />}
      />
    </Page>
  );
}
