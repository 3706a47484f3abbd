import type { ReactNode, Ref } from "react";

type ScrollerProps = {
  /** What scrolls here, for screen readers. */
  label: string;
  className?: string | undefined;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
};

/** A frame whose content scrolls inside of it, by keyboard too. */
export function Scroller({ label, className, ref, children }: ScrollerProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={className} aria-label={label} tabIndex={0} ref={ref}>
      {children}
    </section>
  );
}
