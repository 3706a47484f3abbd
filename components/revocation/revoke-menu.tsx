"use client";

import { Button } from "@mantine/core";
import { IconBan, IconChevronDown } from "@tabler/icons-react";
import { useRef, useState } from "react";
import type { NamedKind, PlanTargetInput } from "#lib/order-plans/model.ts";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import type { MayRevoke } from "./revocable-by.ts";
import { RevokeDialog } from "./revoke-dialog.tsx";

export type RevokeChoice = {
  kind: NamedKind;
  id: string;
  /** "This token…" */
  label: string;
  /** What it reaches, in a few words. */
  about: string;
};

/** One button that leads to each thing that can be taken back from here, from the smallest to the largest. */
export function RevokeMenu({
  choices,
  may,
  label = "Revoke",
  incident,
}: {
  choices: RevokeChoice[];
  may: MayRevoke;
  label?: string;
  /** The number of the case that it is done in. */
  incident?: number | undefined;
}) {
  const [target, setTarget] = useState<PlanTargetInput | null>(null);
  const button = useRef<HTMLButtonElement>(null);

  function close() {
    setTarget(null);
    // the dialog would give the focus back to the item that was chosen, which is gone
    setTimeout(() => button.current?.focus(), 50);
  }

  return (
    <>
      <OnDemandMenu
        width={320}
        target={
          <Button
            ref={button}
            variant="outline"
            color="red"
            leftSection={<IconBan size={16} />}
            rightSection={<IconChevronDown size={15} />}
          >
            {label}
          </Button>
        }
      >
        {(Menu) => (
          <>
            {choices.map(({ kind, id, label: name, about }) => (
              <Menu.Item
                key={`${kind} ${id}`}
                disabled={!may[kind]}
                leftSection={<IconBan size={16} />}
                onClick={() => setTarget({ kind, id })}
              >
                {name}
                <br />
                <span className="muted" style={{ fontSize: 12 }}>
                  {may[kind] ? about : "Your role does not allow it."}
                </span>
              </Menu.Item>
            ))}
          </>
        )}
      </OnDemandMenu>
      <RevokeDialog target={target} incident={incident} onClose={close} />
    </>
  );
}
