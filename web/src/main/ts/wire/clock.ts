/** Time and chance, handed in: nothing but the page itself asks the browser for them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, after so many milliseconds, unless what is returned is called before. */
  after(milliseconds: number, act: () => void): () => void;
  /** Calls back once, before the next frame is painted; soon, if nothing is painted. */
  frame(act: () => void): void;
  /** A number from 0 to below 1. */
  random(): number;
  /** A new name for a message or a device: 16 bytes of chance. */
  newId(): string;
}
