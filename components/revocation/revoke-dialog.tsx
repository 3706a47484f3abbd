"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import { dialogTitle } from "./order-words.ts";
import { Planning } from "./planning.tsx";

/** Loaded when it is asked for: most visits to a list revoke nothing. */
const RevokeForm = dynamic(() => import("./revoke-form.tsx").then((module) => module.RevokeForm), {
  ssr: false,
  loading: Planning,
});

type RevokeDialogProps = {
  /** Null while closed. */
  target: PlanTargetInput | null;
  /** The number of the case that it is done in. */
  incident?: number | undefined;
  onClose: () => void;
};

/**
 * Revokes or suspends by a target: says in words what will stop working, asks for the reason, and shows what was done and what remains. The order is
 * bound to the plan that is shown. Large targets ask for their name.
 */
export function RevokeDialog({ target, incident, onClose }: RevokeDialogProps) {
  const [isBusy, setIsBusy] = useState(false);
  return (
    <OnDemandDialog
      isOpen={target !== null}
      onClose={() => (isBusy ? undefined : onClose())}
      title={target ? dialogTitle(target) : ""}
      size={600}
      // what has the focus is not below the buttons that stay in sight
      styles={{ content: { scrollPaddingBlock: "72px" } }}
    >
      {target ? (
        <RevokeForm
          key={JSON.stringify(target)}
          target={target}
          incident={incident}
          onClose={onClose}
          onBusy={setIsBusy}
        />
      ) : null}
    </OnDemandDialog>
  );
}
