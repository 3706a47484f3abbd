/** The name of the element that says for whom a page was drawn. */
export const DRAWN_FOR_META = "tokenwarden:drawn-for";
/** In which a page says so of whatever it sends to change something: an admin's id. Tools send none. */
export const DRAWN_FOR_HEADER = "x-drawn-for";

/** What goes with all that a page sends to change something: another person may have signed in in this browser since it was drawn. */
export function drawnFor(): Record<string, string> {
  // requests are made without a page too, where nothing was drawn for anybody
  if (typeof document === "undefined") return {};
  const { content } = document.querySelector<HTMLMetaElement>(`meta[name="${DRAWN_FOR_META}"]`) ?? {};
  return content === undefined ? {} : { [DRAWN_FOR_HEADER]: content };
}
