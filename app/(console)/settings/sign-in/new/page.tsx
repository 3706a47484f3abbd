import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { uuidv7 } from "#lib/ids.ts";
import { isNewProviderId } from "#lib/sign-in-providers/create-provider.ts";
import { CreateProvider } from "../_components/create-provider.tsx";
import { signInSettingWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.newProvider };

type NewProviderProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The id of the provider to be is in the address, so that the redirect address that was registered there is the same after a reload. */
export default async function NewProviderPage({ searchParams }: NewProviderProps) {
  const ctx = await requireSignedIn("/settings/sign-in/new");
  if (!can(ctx, "sign-in:write")) return <NotForRole role={ctx.actor.role} />;
  const given = (await searchParams).id;
  const id = typeof given === "string" && isNewProviderId(given, ctx.now) ? given : uuidv7(ctx.now);
  return (
    <Page>
      <PageHeader
        title={words.newProvider}
        purpose={words.about}
        crumbs={[{ name: words.title, href: "/settings/sign-in" }]}
      />
      <CreateProvider key={id} id={id} redirect={`${getEnv().consoleUrl}/api/auth/callback/${id}`} />
    </Page>
  );
}
