import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getScanner } from "#lib/scanners/list-scanners.ts";
import { EditScanner } from "../../_components/edit-scanner.tsx";
import { scannerWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.editScanner };

export default async function EditScannerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/scanners/${id}/edit`);
  if (!can(ctx, "scanner:write")) return <NotForRole role={ctx.actor.role} />;
  const scanner = await orNotFound(getScanner(ctx, { scannerId: id }));
  return (
    <Page>
      <PageHeader
        title={words.editScanner}
        purpose={words.about}
        crumbs={[
          { name: words.title, href: "/settings/scanners" },
          { name: scanner.name, href: `/settings/scanners/${scanner.id}` },
        ]}
      />
      <EditScanner key={scanner.version} scanner={scanner} />
    </Page>
  );
}
