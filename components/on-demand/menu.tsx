"use client";

import type { Menu, MenuDropdownProps, MenuProps } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import {
  cloneElement,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
  useRef,
  useState,
} from "react";
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

/** By then a menu that was closed has left the page. */
const CLOSED_MS = 300;

/** Mantine's menu, loaded when its button is pointed at, focused or pressed. */
export function OnDemandMenu(props: OnDemandMenuProps) {
  const { target, children, dropdown, isOpen: givenOpen, onChange, ...menu } = props;
  const [ownOpen, setOwnOpen] = useState(false);
  const isOpen = givenOpen ?? ownOpen;
  const set = onChange ?? setOwnOpen;
  const { loaded, isReady, control } = useOnDemand(floating, isOpen, () => set(false));
  const button = useRef<HTMLElement>(null);
  const close = useRef(() => set(false));
  close.current = () => set(false);
  useEffect(() => {
    if (!isOpen) return;
    // Mantine hears it inside of the menu alone, where the focus comes some frames after the menu is seen, and may come into one that is closing
    const hear = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      close.current();
      setTimeout(() => {
        if (document.activeElement === document.body) button.current?.focus();
      }, CLOSED_MS);
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [isOpen]);
  const own = target.props as { ref?: Ref<HTMLElement> } & Record<string, unknown>;
  const ref = useMergedRef(control, button, own.ref);

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
