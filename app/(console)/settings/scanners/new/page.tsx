import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { CreateScanner } from "../_components/create-scanner.tsx";
import { scannerWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.newScanner };

export default async function NewScannerPage() {
  const ctx = await requireSignedIn("/settings/scanners/new");
  if (!can(ctx, "scanner:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.newScanner}
        purpose={words.whoHelp}
        crumbs={[{ name: words.title, href: "/settings/scanners" }]}
      />
      <CreateScanner issuer={getEnv().authorityIssuer} />
    </Page>
  );
}
