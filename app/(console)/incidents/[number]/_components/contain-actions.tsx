"use client";

import { Button } from "@mantine/core";
import { IconBan, IconChevronDown } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { OnDemandMenu } from "#components/on-demand/menu.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import type { ContainChoice } from "./contain-choices.ts";

/** What is taken back in the case: what most cases want at once, the rest in a menu. */
export function ContainActions({
  number,
  main,
  more,
  may,
  isCut,
  hasTokens,
  isOpenBySecret,
}: {
  number: number;
  main: ContainChoice | null;
  more: ContainChoice[];
  may: MayRevoke;
  /** The case has more tokens than were looked at. */
  isCut: boolean;
  /** Also such as do not work. */
  hasTokens: boolean;
  /** A leaked secret gets new ones, or one of the product's own works; or will with whose it is. */
  isOpenBySecret: boolean;
}) {
  const router = useRouter();
  const [target, setTarget] = useState<PlanTargetInput | null>(null);

  function close() {
    setTarget(null);
    router.refresh();
  }

  return (
    <>
      {main === null ? (
        <span>
          {isCut
            ? "None of the tokens that were looked at works any more. The case has more of them: take them back by their user or client."
            : !hasTokens
              ? "No token is in the case. What else leaked is ended where it belongs."
              : isOpenBySecret
                ? "No token of the case works now."
                : "No token of the case works any more."}
        </span>
      ) : (
        <Button
          variant="outline"
          color="red"
          leftSection={<IconBan size={16} />}
          disabled={!may[main.kind]}
          onClick={() => setTarget(main.target)}
        >
          {main.label}
        </Button>
      )}
      {more.length === 0 ? null : (
        <OnDemandMenu
          width={320}
          target={
            <Button variant="default" rightSection={<IconChevronDown size={15} />}>
              {main === null ? "Take back more" : "More"}
            </Button>
          }
        >
          {(Menu) => (
            <>
              {more.map(({ key, kind, target: reach, label, about }) => (
                <Menu.Item
                  key={key}
                  disabled={!may[kind]}
                  leftSection={<IconBan size={16} />}
                  onClick={() => setTarget(reach)}
                >
                  {label}
                  <br />
                  <span className="muted" style={{ fontSize: 12 }}>
                    {may[kind] ? about : "Your role does not allow it."}
                  </span>
                </Menu.Item>
              ))}
            </>
          )}
        </OnDemandMenu>
      )}
      <RevokeDialog target={target} incident={number} onClose={close} />
    </>
  );
}
