import { cloneElement, isValidElement, type ReactNode } from "react";
import { visibleText } from "#lib/input/visible-text.ts";

type WithTexts = { children?: ReactNode; title?: unknown };

/**
 * What is about to be shown, with what cannot be seen in its texts written out: names, notes and user agents come from anybody. It reaches texts inside of elements and their titles, and
 * stops at a component that makes its own of what it is given.
 */
export function shown(node: ReactNode): ReactNode {
  if (typeof node === "string") return visibleText(node);
  if (Array.isArray(node)) return node.some((one) => shown(one) !== one) ? node.map(shown) : node;
  if (!isValidElement<WithTexts>(node)) return node;
  const { children, title } = node.props;
  const inside = shown(children);
  const about = typeof title === "string" ? visibleText(title) : title;
  if (inside === children && about === title) return node;
  return cloneElement(node, {
    ...(inside === children ? {} : { children: inside }),
    ...(about === title ? {} : { title: about }),
  });
}
