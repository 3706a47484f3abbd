"use client";

import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { CopyButton } from "../display/copy-button.tsx";
import type { RequestFault } from "./send-json.ts";

/** Why a request was refused, above the form that made it. Fields tell their own. */
export function FaultNote({ fault }: { fault: RequestFault | null }) {
  if (fault === null) return null;
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle size={18} />}>
      <div>{fault.message}</div>
      {fault.requestId && fault.status >= 500 ? (
        <div className="faint">
          Request <code className="mono">{fault.requestId}</code>{" "}
          <CopyButton value={fault.requestId} what="request id" />
        </div>
      ) : null}
    </Alert>
  );
}
