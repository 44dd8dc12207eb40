/**
 * Returns the beginning of a day before that of a time, both in milliseconds since 1970. Days are of the calendar, where
 * the reader is: some have 23 or 25 hours.
 */
export function daysBefore(at: number, days: number): number {
  const day = new Date(at);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days).getTime();
}
