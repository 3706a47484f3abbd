"use client";

import { ActionIcon } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import {
  EXPORT_FORMAT_WORDS,
  type ExportDetail,
  type ExportFormat,
  exportFormatsOf,
} from "#lib/exports/model.ts";
import type { Total } from "#lib/list-query/define-table.ts";
import type { ListName } from "#lib/lists/model.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import { downloadFile } from "../request/download-file.ts";
import { RequestProblem, requestJson } from "../request/request-json.ts";
import { GuardedHint } from "../second-person/guarded-kinds.tsx";
import { rememberWork } from "../work/seen-work.ts";
import { useWork } from "../work/work.tsx";

type ExportMenuProps = {
  list: ListName;
  /** Filters and order as the address has them. */
  text: string;
  total: Total | null;
  unit: [one: string, many: string];
};

/** Exports all that match, not the page alone; the top bar follows it. */
export function ExportMenu({ list, text, total, unit }: ExportMenuProps) {
  const { mayExport, look } = useWork();
  const [isBusy, setIsBusy] = useState(false);
  const count = total === null ? "" : `${groupedNumber(total.value)}${total.isExact ? "" : "+"} `;
  const what = `${text === "" ? "all" : "what is filtered:"} ${count}${total?.value === 1 ? unit[0] : unit[1]}`;

  async function begin(format: ExportFormat) {
    setIsBusy(true);
    try {
      const made = await requestJson<ExportDetail>("/api/v1/exports", {
        method: "POST",
        body: { list, format, query: text },
      });
      rememberWork(made.id);
      downloadFile(`/api/v1/exports/${made.id}/file`);
      look();
    } catch (error) {
      if (error instanceof RequestProblem && error.isCancelled) return;
      notifications.show({
        title: "The export did not begin",
        message: (error as Error).message,
        color: "red",
      });
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <OnDemandMenu
      width={300}
      position="bottom-end"
      target={
        <Hint label="Export">
          <ActionIcon variant="default" size={32} aria-label="Export" loading={isBusy}>
            <IconDownload size={17} stroke={1.7} />
          </ActionIcon>
        </Hint>
      }
    >
      {(Menu) => (
        <>
          <Menu.Label>{mayExport ? `Export ${what}` : "Your role does not export lists."}</Menu.Label>
          <GuardedHint kind={mayExport ? "exports" : undefined} />
          {exportFormatsOf(list).map((format) => (
            <Menu.Item key={format} disabled={!mayExport} onClick={() => void begin(format)}>
              {EXPORT_FORMAT_WORDS[format].name}
              <br />
              <small className="muted">{EXPORT_FORMAT_WORDS[format].means}</small>
            </Menu.Item>
          ))}
        </>
      )}
    </OnDemandMenu>
  );
}
