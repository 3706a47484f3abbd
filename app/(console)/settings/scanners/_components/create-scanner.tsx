"use client";

import { Stack } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { CreatedScanner } from "#lib/scanners/model.ts";
import { HowToReport } from "./how-to-report.tsx";
import { bodyOf, draftOf, SCANNER_FIELDS, type ScannerDraft, ScannerForm } from "./scanner-form.tsx";
import { scannerWords as words } from "./words.ts";

/** Lets a scanner in, then shows its secret for the one time and how it reports. */
export function CreateScanner({ issuer }: { issuer: string }) {
  const request = useSend(SCANNER_FIELDS);
  const [made, setMade] = useState<CreatedScanner | null>(null);

  async function save(draft: ScannerDraft) {
    const created = await request.send<CreatedScanner>("POST", "/api/v1/scanners", bodyOf(draft));
    if (created) setMade(created);
  }

  if (made === null)
    return (
      <ScannerForm
        start={draftOf(null)}
        isNew
        request={request}
        cancelHref="/settings/scanners"
        onSave={save}
      />
    );
  return (
    <Card title={words.made}>
      <Stack gap="md" maw={720}>
        <SecretOnce name={words.secret} value={made.secret} />
        <p className="muted">{words.secretHelp}</p>
        <HowToReport issuer={issuer} />
        <LinkButton
          href={`/settings/scanners/${made.scanner.id}`}
          variant="filled"
          style={{ alignSelf: "flex-start" }}
        >
          {words.open}
        </LinkButton>
      </Stack>
    </Card>
  );
}
