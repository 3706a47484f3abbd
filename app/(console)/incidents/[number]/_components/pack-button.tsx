"use client";

import { Button, type ButtonProps } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileCode, IconFileText } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { downloadFile } from "#components/request/download-file.ts";
import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import { type EvidenceFile, evidenceFilePath, type PackFormat } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** Lets the evidence out as a file, which the browser then saves by itself, without holding it in memory. */
export function PackButton({
  number,
  format,
  children,
  variant,
}: {
  number: number;
  format: PackFormat;
  children: ReactNode;
} & Pick<ButtonProps, "variant">) {
  const [isBusy, setIsBusy] = useState(false);

  async function fetchPack() {
    setIsBusy(true);
    try {
      const made = await requestJson<EvidenceFile>(`/api/v1/incidents/${number}/evidence`, {
        method: "POST",
        body: { format },
      });
      downloadFile(evidenceFilePath(made));
    } catch (error) {
      if (error instanceof RequestProblem && error.isCancelled) return;
      notifications.show({ title: words.packFailed, message: (error as Error).message, color: "red" });
    } finally {
      setIsBusy(false);
    }
  }

  const Icon = format === "html" ? IconFileText : IconFileCode;
  return (
    <Button
      {...(variant === undefined ? {} : { variant })}
      leftSection={<Icon size={16} />}
      loading={isBusy}
      onClick={() => void fetchPack()}
    >
      {children}
    </Button>
  );
}
