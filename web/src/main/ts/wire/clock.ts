/** Time and randomness, passed in: only the page itself gets them from the browser. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, after some milliseconds, unless the returned function is called first. */
  after(milliseconds: number, act: () => void): () => void;
  /** Calls back once, before the next frame is painted; soon, if nothing is painted. */
  frame(act: () => void): void;
  /** A number from 0 to below 1. */
  random(): number;
  /** A new id for a message or a device: 16 random bytes. */
  newId(): string;
}
