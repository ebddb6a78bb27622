import { ApiError } from "api-client";

/** A message for the user, chosen by the error's code: the code is stable, the text is not. */
export function inWords(error: unknown): string {
  if (!(error instanceof ApiError)) return "The server cannot be reached. Check your connection and try again.";
  switch (error.code) {
    case "token_missing":
    case "user_unknown":
      return "Please sign in again.";
    case "validation_failed":
      return error.errors.map(({ field, message }) => `${field[0]?.toUpperCase()}${field.slice(1)} ${message}.`).join(" ");
    case "not_found":
      return "That is not there any more.";
    default:
      if (error.status === 429) return "Too many requests. Wait a moment and try again.";
      return error.status < 500 ? error.message : "The service is not available at the moment. Please try again soon.";
  }
}

/** Whether the same may succeed later. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}
