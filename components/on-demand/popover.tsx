"use client";

import type { PopoverDropdownProps, PopoverProps } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import { cloneElement, type ReactElement, type ReactNode, type Ref } from "react";
import { expectFloating, floating } from "./floating.ts";
import { mergeProps } from "./merge-props.ts";
import { useOnDemand } from "./use-on-demand.ts";

type OnDemandPopoverProps = Omit<PopoverProps, "children" | "opened" | "onChange"> & {
  /** The control that it opens from, which says itself when. */
  target: ReactElement;
  children: ReactNode;
  dropdown?: PopoverDropdownProps;
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
};

/** Mantine's popover, loaded when its control is pointed at or focused, or when it is to open. */
export function OnDemandPopover(props: OnDemandPopoverProps) {
  const { target, children, dropdown, isOpen, onChange, ...popover } = props;
  const { loaded, isReady, control } = useOnDemand(floating, isOpen, () => onChange(false));
  const own = target.props as { ref?: Ref<HTMLElement> } & Record<string, unknown>;
  const ref = useMergedRef(control, own.ref);

  if (loaded === null)
    return cloneElement(target, {
      ...mergeProps(own, {
        "aria-haspopup": "dialog",
        "aria-expanded": false,
        onPointerEnter: expectFloating,
        onFocus: expectFloating,
      }),
      ref,
    } as object);

  const { Popover } = loaded;
  return (
    <Popover {...popover} opened={isOpen && isReady} onChange={onChange}>
      <Popover.Target>{cloneElement(target, { ref } as object)}</Popover.Target>
      <Popover.Dropdown {...dropdown}>{children}</Popover.Dropdown>
    </Popover>
  );
}
