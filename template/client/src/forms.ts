/**
 * An instant as `<input type="datetime-local">` wants it: in this machine's zone, no longer than needed to keep it
 * exact. Nothing becomes "".
 */
export function toDateTimeLocal(instant: string | null | undefined): string {
  if (!instant) return "";
  const date = new Date(instant);
  const [year, month, day, hours, minutes, seconds, millis] = [
    digits(date.getFullYear(), 4),
    digits(date.getMonth() + 1),
    digits(date.getDate()),
    digits(date.getHours()),
    digits(date.getMinutes()),
    digits(date.getSeconds()),
    digits(date.getMilliseconds(), 3),
  ];
  const rest = millis !== "000" ? `:${seconds}.${millis}` : seconds !== "00" ? `:${seconds}` : "";
  return `${year}-${month}-${day}T${hours}:${minutes}${rest}`;
}

/**
 * The instant that such an input names, in UTC as the API writes it; null for "".
 * `before` is what the input was filled with: if it says the same still, that very instant is returned, also in the
 * hour that the clocks go through twice.
 */
export function fromDateTimeLocal(local: string, before?: string | null): string | null {
  if (before && toDateTimeLocal(before) === local) return before;
  return local === "" ? null : new Date(local).toISOString();
}

function digits(number: number, width = 2): string {
  return String(number).padStart(width, "0");
}
