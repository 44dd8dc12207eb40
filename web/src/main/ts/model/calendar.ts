/**
 * Returns the beginning of the day that is `days` days before that of a time, both in milliseconds since 1970. Days are
 * calendar days in the reader's time zone: some have 23 or 25 hours.
 */
export function daysBefore(at: number, days: number): number {
  const day = new Date(at);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days).getTime();
}
