/** Texts of the window in which somebody has confirmed at a provider who they are. */
export const stepUpPageWords = {
  title: "Confirm it is you",
  done: "Confirmed",
  doneLead: "The page that asked goes on.",
  notDone: "Not confirmed",
  notDoneLead: "What you wanted to confirm was not done.",
  close: "You can close this window.",
  closeAct: "Close this window",
};
