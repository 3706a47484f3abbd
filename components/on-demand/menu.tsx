"use client";

import type { Menu, MenuDropdownProps, MenuProps } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import { cloneElement, type ReactElement, type ReactNode, type Ref, useState } from "react";
import { expectFloating, floating } from "./floating.ts";
import { mergeProps } from "./merge-props.ts";
import { useOnDemand } from "./use-on-demand.ts";

/** Mantine's own: items, labels, dividers. */
export type MenuParts = typeof Menu;

type OnDemandMenuProps = Omit<MenuProps, "children" | "opened" | "onChange"> & {
  /** The button that opens it. */
  target: ReactElement;
  /** Draws the items, with Mantine's own once they have come. */
  children: (parts: MenuParts) => ReactNode;
  dropdown?: MenuDropdownProps;
  isOpen?: boolean;
  onChange?: (isOpen: boolean) => void;
};

/** Mantine's menu, loaded when its button is pointed at, focused or pressed. */
export function OnDemandMenu(props: OnDemandMenuProps) {
  const { target, children, dropdown, isOpen: givenOpen, onChange, ...menu } = props;
  const [ownOpen, setOwnOpen] = useState(false);
  const isOpen = givenOpen ?? ownOpen;
  const set = onChange ?? setOwnOpen;
  const { loaded, isReady, control } = useOnDemand(floating, isOpen, () => set(false));
  const own = target.props as { ref?: Ref<HTMLElement> } & Record<string, unknown>;
  const ref = useMergedRef(control, own.ref);

  if (loaded === null)
    return cloneElement(target, {
      ...mergeProps(own, {
        "aria-haspopup": "menu",
        "aria-expanded": false,
        onPointerEnter: expectFloating,
        onFocus: expectFloating,
        onClick: () => set(true),
      }),
      ref,
    } as object);

  const { Menu: Parts } = loaded;
  return (
    <Parts {...menu} opened={isOpen && isReady} onChange={set}>
      <Parts.Target>{cloneElement(target, { ref } as object)}</Parts.Target>
      <Parts.Dropdown {...dropdown}>{children(Parts)}</Parts.Dropdown>
    </Parts>
  );
}
