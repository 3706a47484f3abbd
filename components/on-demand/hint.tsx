"use client";

import type { TooltipProps } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import {
  cloneElement,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { expectFloating, floating } from "./floating.ts";
import { mergeProps } from "./merge-props.ts";

type HintProps = Pick<TooltipProps, "position" | "disabled" | "openDelay" | "events"> & {
  label: ReactNode;
  /** One element that takes a ref and handlers; what else is given to the hint goes to it. */
  children: ReactElement;
  ref?: Ref<HTMLElement>;
};

const OPEN_DELAY_MS = 200;
const HOVER_ONLY: NonNullable<TooltipProps["events"]> = { hover: true, focus: false, touch: false };

/** What a control does, or says in full, shown when it is pointed at: its bubble and what places it are loaded only then. */
export function Hint(props: HintProps) {
  const {
    label,
    children,
    position,
    disabled = false,
    openDelay = OPEN_DELAY_MS,
    events = HOVER_ONLY,
    ref,
    ...others
  } = props;
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const element = useRef<HTMLElement>(null);
  const child = children.props as { ref?: Ref<HTMLElement> } & Record<string, unknown>;
  const merged = useMergedRef(element, ref, child.ref);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isTouch = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);

  function open(afterMs: number) {
    clearTimeout(timer.current);
    if (disabled) return;
    timer.current = setTimeout(() => {
      floating.load().then(
        () => setIsOpen(true),
        () => {},
      );
    }, afterMs);
  }
  function close() {
    clearTimeout(timer.current);
    // what is still to come must not open it any more
    timer.current = undefined;
    setIsOpen(false);
  }

  const isShown = isOpen && !disabled && floating.loaded !== null;
  const control = cloneElement(children, {
    ...mergeProps(mergeProps(child, others), {
      onPointerEnter: ({ pointerType }: PointerEvent) => {
        isTouch.current = pointerType === "touch";
        if (!disabled) expectFloating();
      },
      onMouseEnter: () => (isTouch.current && !events.touch ? undefined : open(openDelay)),
      onMouseLeave: close,
      onFocus: () => {
        if (events.focus && element.current?.matches(":focus-visible")) open(0);
      },
      onBlur: close,
      "aria-describedby": isShown ? id : undefined,
    }),
    ref: merged,
  } as object);
  return (
    <>
      {control}
      {isShown ? <Bubble target={element} id={id} label={label} position={position} onClose={close} /> : null}
    </>
  );
}

type BubbleProps = {
  target: { current: HTMLElement | null };
  id: string;
  label: ReactNode;
  position: TooltipProps["position"];
  onClose: () => void;
};

function Bubble({ target, id, label, position, onClose }: BubbleProps) {
  const close = useRef(onClose);
  close.current = onClose;
  // one listener for as long as it is shown: what another does about the same key may draw this again before its turn
  useEffect(() => {
    const hear = ({ key }: KeyboardEvent) => (key === "Escape" ? close.current() : undefined);
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, []);
  const Tooltip = floating.loaded?.Tooltip;
  if (Tooltip === undefined) return null;
  return (
    <Tooltip
      target={target}
      opened
      label={<div id={id}>{label}</div>}
      {...(position === undefined ? {} : { position })}
    />
  );
}
