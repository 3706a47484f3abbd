import { useWindowEvent } from "@mantine/hooks";

/** What was put there by this, to be renewed when the text is another. */
const given = new WeakMap<Element, string>();

/** Whether part of its text is out of sight, to the side or below. */
function isCut(element: HTMLElement): boolean {
  const { overflowX, textOverflow, webkitLineClamp } = getComputedStyle(element);
  if (webkitLineClamp !== "none" && webkitLineClamp !== "")
    return element.scrollHeight > element.clientHeight + 1;
  if (textOverflow !== "ellipsis" || overflowX === "visible") return false;
  return element.scrollWidth > element.clientWidth;
}

/** Whether something tells the whole text already: a title of its own, or a hint that stands beside it. */
function isTold(element: Element): boolean {
  if (given.has(element)) return false;
  if (element.hasAttribute("title")) return true;
  const around = element.closest("[title]");
  return (around !== null && !given.has(around)) || element.querySelector("[title]") !== null;
}

/** The text that is cut where one points, in itself or around it, up to the cell, the item or the card that it stands in. */
function cutAround(target: EventTarget | null): HTMLElement | null {
  for (let at = target instanceof Element ? target : null; at !== null; at = at.parentElement) {
    if (at instanceof HTMLElement && isCut(at)) return at;
    if (at.matches("td, th, li, dd, section, main")) return null;
  }
  return null;
}

/** Whatever is cut off by an ellipsis tells the whole of it where one points at it: no list has to think of it. */
export function useWholeTextOnHover(): void {
  useWindowEvent("pointerover", ({ target }) => {
    const element = cutAround(target);
    if (element === null || isTold(element)) return;
    // biome-ignore lint/performance/useDomNodeTextContent: the other one joins what stands on lines of its own
    const text = element.innerText.replaceAll(/\s+/g, " ").trim();
    if (text === "" || given.get(element) === text) return;
    given.set(element, text);
    element.title = text;
  });
}
