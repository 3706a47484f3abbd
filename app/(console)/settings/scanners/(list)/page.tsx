import { IconPlus, IconScan } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { ShortListPage } from "#components/frame/short-list-page.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listScanners } from "#lib/scanners/list-scanners.ts";
import { ScannersTable } from "../_components/scanners-table.tsx";
import { scannerWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ScannersPage() {
  const ctx = await requireSignedIn("/settings/scanners");
  const scanners = await listScanners(ctx);
  const newScanner = can(ctx, "scanner:write") ? (
    <LinkButton href="/settings/scanners/new" variant="filled" leftSection={<IconPlus size={16} />}>
      {words.newScanner}
    </LinkButton>
  ) : null;
  return (
    <ShortListPage words={words} icon={<IconScan size={28} stroke={1.5} />} action={newScanner}>
      {scanners.length > 0 ? <ScannersTable scanners={scanners} /> : null}
    </ShortListPage>
  );
}
