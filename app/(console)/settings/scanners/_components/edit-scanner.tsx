"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useSend } from "#components/form/use-send.ts";
import type { ScannerDetail } from "#lib/scanners/model.ts";
import { bodyOf, draftOf, SCANNER_FIELDS, type ScannerDraft, ScannerForm } from "./scanner-form.tsx";
import { scannerWords as words } from "./words.ts";

/** Changes a scanner; somebody else's change in between is refused, never overwritten. */
export function EditScanner({ scanner }: { scanner: ScannerDetail }) {
  const router = useRouter();
  const request = useSend(SCANNER_FIELDS);
  const href = `/settings/scanners/${scanner.id}`;

  async function save(draft: ScannerDraft) {
    const body = { ...bodyOf(draft), version: scanner.version };
    const saved = await request.send<ScannerDetail>("PATCH", `/api/v1/scanners/${scanner.id}`, body);
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(href);
    router.refresh();
  }

  return (
    <ScannerForm start={draftOf(scanner)} isNew={false} request={request} cancelHref={href} onSave={save} />
  );
}
