"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { ImportDetail } from "#lib/people-imports/model.ts";
import { effectsOf, importWords as words } from "./words.ts";

/** The button that applies a compared file, after saying once more what it does. */
export function ApplyImport({ detail }: { detail: ImportDetail }) {
  const done = useDone();
  const [isAsked, setIsAsked] = useState(false);
  const changes = (detail.summary?.created ?? 0) + (detail.summary?.changed ?? 0);
  if (changes === 0) return <span className="muted">{words.nothing}</span>;
  return (
    <>
      <Button variant="filled" onClick={() => setIsAsked(true)}>
        {words.apply(changes)}
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={words.applyTitle(detail.fileName)}
        act={words.applyAct}
        onConfirm={async () => {
          await requestJson(`/api/v1/people-imports/${detail.id}/apply`, { method: "POST" });
          setIsAsked(false);
          done(words.applied(detail.fileName));
        }}
      >
        {effectsOf(detail).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </ConfirmDialog>
    </>
  );
}
