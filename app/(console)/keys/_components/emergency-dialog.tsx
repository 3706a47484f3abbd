"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { Planning } from "#components/revocation/planning.tsx";
import { keyWords as words } from "./words.ts";

/** Loaded when it is asked for. */
const EmergencyForm = dynamic(() => import("./emergency-form.tsx").then((module) => module.EmergencyForm), {
  ssr: false,
  loading: Planning,
});

/** Declares a key compromised: says what will happen and what stays open, asks for reason and id, and shows what was done. */
export function EmergencyDialog({
  kid,
  onClose,
}: {
  /** Null while closed. */
  kid: string | null;
  onClose: () => void;
}) {
  const [isBusy, setIsBusy] = useState(false);
  return (
    <OnDemandDialog
      isOpen={kid !== null}
      onClose={() => (isBusy ? undefined : onClose())}
      title={words.emergencyTitle}
      size={600}
      styles={{ content: { scrollPaddingBlock: "72px" } }}
    >
      {kid === null ? null : <EmergencyForm key={kid} kid={kid} onClose={onClose} onBusy={setIsBusy} />}
    </OnDemandDialog>
  );
}
