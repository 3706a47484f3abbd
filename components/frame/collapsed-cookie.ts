/** The cookie that remembers a collapsed navigation, read by the layout so that nothing jumps. */
export const COLLAPSED_COOKIE = "tw-navigation";
