"use client";

import { Button, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { downloadFile } from "#components/request/download-file.ts";
import type { ApprovalDetail } from "#lib/approvals/model.ts";
import { evidenceFilePath } from "#lib/incidents/model.ts";
import { useChecked } from "./check.tsx";
import { approvalWords as words } from "./words.ts";

/** Answers that are shown once, by what the act calls them. */
const SECRETS: Record<string, string> = { token: "API token", secret: "Secret", url: "One-time link" };

type Result = Record<string, unknown>;

function secretsOf(result: Result): { name: string; value: string }[] {
  const link = typeof result.link === "object" && result.link !== null ? (result.link as Result) : {};
  return Object.entries({ ...link, ...result }).flatMap(([key, value]) =>
    typeof value === "string" && Object.hasOwn(SECRETS, key) ? [{ name: SECRETS[key] as string, value }] : [],
  );
}

/** Where the file is fetched of what was let out: a list, or the evidence of a case. */
function fileOf({ id, list, number, fetchUntil }: Result): string | null {
  if (typeof id !== "string") return null;
  if (typeof list === "string") return `/api/v1/exports/${id}/file`;
  return typeof number === "number" && typeof fetchUntil === "string"
    ? evidenceFilePath({ number, id })
    : null;
}

/** Does what was approved for this person, and shows what it answers: for them alone, once. */
export function RunApproved({ approval }: { approval: ApprovalDetail }) {
  const router = useRouter();
  const request = useSend();
  const [isAsking, setIsAsking] = useState(false);
  const [result, setResult] = useState<Result | null>(null);

  async function run() {
    const answer = await request.send<{ result: Result }>("POST", `/api/v1/approvals/${approval.id}/run`);
    if (answer === undefined) return router.refresh();
    setIsAsking(false);
    const file = fileOf(answer.result);
    if (file === null) return setResult(answer.result);
    downloadFile(file);
    notifications.show({ message: words.fetched, color: "green" });
    router.refresh();
  }

  function close() {
    setResult(null);
    router.refresh();
  }

  const isFile = approval.kinds.includes("exports");
  const isStale = useChecked().found?.isStale === true;
  const isReady = approval.may.run && approval.isKept && !isStale;
  return (
    <>
      {approval.may.run && !approval.isKept ? <span className="muted">{words.sendAgain}</span> : null}
      {isReady ? (
        <Button variant="filled" onClick={() => setIsAsking(true)}>
          {words.run}
        </Button>
      ) : null}
      <FormDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.runTitle}
        act={words.run}
        isBusy={request.isBusy}
        problem={request.problem}
        onSubmit={run}
      >
        <p style={{ margin: 0 }}>
          {words.runText} {isFile ? words.approvedFile : words.approvedText}
        </p>
      </FormDialog>
      <OnDemandDialog
        isOpen={result !== null}
        onClose={close}
        title={words.resultTitle}
        size={640}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <Stack gap="md">
          {result === null
            ? null
            : secretsOf(result).map(({ name, value }) => <SecretOnce key={name} name={name} value={value} />)}
          <Button onClick={close} style={{ alignSelf: "flex-end" }}>
            Close
          </Button>
        </Stack>
      </OnDemandDialog>
    </>
  );
}
