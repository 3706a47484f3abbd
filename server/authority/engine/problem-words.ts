/** What a person reads when something is in the way. */
export type ProblemWords = { title: string; text: string };

export const AWAY: ProblemWords = {
  title: "Not available right now",
  text: "The authority cannot reach its database. Nothing was changed. Try again in a moment.",
};

export const FAILED: ProblemWords = {
  title: "Something went wrong",
  text: "This is our fault, not yours. Nothing was changed. Try again, or give the request id to your administrator.",
};

export const EXPIRED: ProblemWords = {
  title: "This sign-in has expired",
  text: "It took too long, was finished in another tab, or this browser keeps no cookies. Go back to the application and start again.",
};

export const UNUSABLE: ProblemWords = {
  title: "The application's request cannot be used",
  text: "Go back to the application and try again. If it happens again, its operator needs the details below.",
};
