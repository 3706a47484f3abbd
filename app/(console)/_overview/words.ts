/** Texts of the overview's head, which stands there while the rest is on its way. */
export const overviewWords = {
  title: "Overview",
  purpose: "What is out there now, and what needs a look. Every number leads to its list.",
};
