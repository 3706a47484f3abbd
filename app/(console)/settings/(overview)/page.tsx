import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { LifetimesForm } from "../_components/lifetimes-form.tsx";
import { LifetimesList } from "../_components/lifetimes-list.tsx";
import { settingWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function SettingsPage() {
  const ctx = await requireSignedIn("/settings");
  const organisation = await getOrganisation(ctx);
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      {can(ctx, "organisation:write") ? (
        <LifetimesForm key={organisation.version} organisation={organisation} />
      ) : (
        <LifetimesList organisation={organisation} />
      )}
    </Page>
  );
}
