import type { Code } from "./values.js";

/** A file to be sent. */
export interface Sending {
  /** By which it is stored once (page `chat-json-1.md`, "Sent once"). */
  id: string;
  /** Who gets it: a user, a group, or `""`, everyone. */
  to: string;
  name: string;
  /** Whether it is sent to be shown in place, without what says where and with what it was taken. */
  isPicture: boolean;
  content: Blob;
  /** The message that it answers. */
  re?: number;
}

/** How an attempt to send a file ended. */
export type Sent =
  /** It is stored, as this message. */
  | { at: "done"; mid: number }
  /** It was refused; `text` is the daemon's own reason. */
  | { at: "refused"; code: Code; text: string }
  /** The connection was lost, or the daemon is busy: the next attempt goes on where this one was. */
  | { at: "cut" };

/** An attempt to send a file. */
export interface Attempt {
  readonly end: Promise<Sent>;
  /** Cuts it off; it ends as `cut`. */
  stop(): void;
}

/** What the page does over HTTP (page `chat-json-1.md`, "Files over HTTP"), with the token of its session. */
export interface FileCarrier {
  /** Gets the cookie with which this browser may fetch files; resolves with whether it did. */
  admit(token: string): Promise<boolean>;
  /**
   * Sends a file, from where an earlier attempt was cut.
   *
   * @param isFirst whether there was no earlier attempt
   * @param progress is told how many bytes have been sent
   */
  send(token: string, sending: Sending, isFirst: boolean, progress: (bytes: number) => void): Attempt;
}

/** How long an attempt may go without progress, in milliseconds. */
const LONGEST_SILENCE = 60_000;

/** Uses the daemon from which the page came. */
export const http: FileCarrier = {
  async admit(token) {
    try {
      return (await fetch("/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } })).ok;
    } catch {
      return false;
    }
  },
  send(token, sending, isFirst, progress) {
    const headers = { Authorization: `Bearer ${token}` };
    const known = new URLSearchParams({ id: sending.id });
    const about = new URLSearchParams({ id: sending.id, to: sending.to, name: sending.name, size: String(sending.content.size) });
    if (sending.isPicture) {
      about.set("picture", "1");
    }
    if (sending.re !== undefined) {
      about.set("re", String(sending.re));
    }
    // A request with progress: what `fetch` sends has none.
    const request = new XMLHttpRequest();
    const post = (offset: number) =>
      new Promise<Sent>((resolve) => {
        request.open("POST", `/files?${about.toString()}`);
        request.setRequestHeader("Authorization", headers.Authorization);
        if (offset > 0) {
          request.setRequestHeader("Upload-Offset", String(offset));
        }
        let last = Date.now();
        const watch = setInterval(() => Date.now() - last > LONGEST_SILENCE && request.abort(), LONGEST_SILENCE / 4);
        request.upload.onprogress = ({ loaded }) => {
          last = Date.now();
          progress(offset + loaded);
        };
        request.onloadend = () => {
          clearInterval(watch);
          resolve(sentAs(request));
        };
        request.send(offset > 0 ? sending.content.slice(offset) : sending.content);
      });
    const run = async (): Promise<Sent> => {
      let offset = 0;
      if (!isFirst) {
        try {
          const there = await fetch(`/files?${known.toString()}`, { method: "HEAD", headers });
          offset = there.status === 201 ? sending.content.size : Number(there.headers.get("Upload-Offset") ?? 0);
        } catch {
          return { at: "cut" };
        }
        progress(offset);
      }
      return isStopped ? { at: "cut" } : post(offset);
    };
    let isStopped = false;
    return {
      end: run(),
      stop: () => {
        isStopped = true;
        request.abort();
      },
    };
  },
};

function sentAs(request: XMLHttpRequest): Sent {
  if (request.status === 201) {
    return { at: "done", mid: (JSON.parse(request.responseText) as { mid: number }).mid };
  }
  // Without a status the connection was lost; who is busy is asked again.
  if (request.status < 400 || request.status === 503) {
    return { at: "cut" };
  }
  try {
    const { code, text } = JSON.parse(request.responseText) as { code: Code; text: string };
    return { at: "refused", code, text };
  } catch {
    return { at: "refused", code: "internal", text: "" };
  }
}
