import type { Code } from "./values.js";

/** A file to be sent. */
export interface OutgoingFile {
  /** Identifies it, so that it is stored only once (page `chat-json-1.md`, "Sent once"). */
  id: string;
  /** Who gets it: a user, a group, or `""`, everyone. */
  to: string;
  name: string;
  /** Whether it is sent as a picture to be shown in place, stripped of its metadata (location, camera). */
  isPicture: boolean;
  content: Blob;
  /** The message that it answers. */
  re?: number;
}

/** How an attempt to send a file ended. */
export type SendResult =
  /** The browser can't read it any more. */
  | { at: "unreadable" }
  /** It is stored, as this message. */
  | { at: "done"; mid: number }
  /** It was refused; `text` is the daemon's own reason. */
  | { at: "refused"; code: Code; text: string }
  /** The connection was lost, or the daemon is busy: the next attempt continues where this one stopped. */
  | { at: "interrupted" };

/** An attempt to send a file. */
export interface Attempt {
  readonly result: Promise<SendResult>;
  /** Cuts it off; it ends as `cut`. */
  stop(): void;
}

/** What the page does over HTTP (page `chat-json-1.md`, "Files over HTTP"), with the token of its session. */
export interface FileCarrier {
  /** Gets the cookie with which this browser may fetch files; resolves with whether it did. */
  requestCookie(token: string): Promise<boolean>;
  /**
   * Sends a file, from where an earlier attempt was cut.
   *
   * @param isFirst whether there was no earlier attempt
   * @param progress is told how many bytes have been sent
   */
  send(token: string, sending: OutgoingFile, isFirst: boolean, progress: (bytes: number) => void): Attempt;
}

/** How long an attempt may go without progress, in milliseconds. */
const STALL_TIMEOUT = 60_000;
/** How long the daemon may take to answer a request without a body, in milliseconds. */
const ANSWER_TIMEOUT = 15_000;
/** Statuses of failures that may pass: an expired token, an earlier attempt that is still arriving, a busy daemon. */
const RETRYABLE: ReadonlySet<number> = new Set([401, 408, 429, 503]);

/** Uses the daemon from which the page came. */
export const http: FileCarrier = {
  async requestCookie(token) {
    try {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT);
      return (await fetch("/session", { method: "POST", headers: { Authorization: `Bearer ${token}` }, signal })).ok;
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
    // Not `fetch`, which does not report the progress of an upload.
    const request = new XMLHttpRequest();
    const post = (offset: number) =>
      new Promise<SendResult>((resolve) => {
        request.open("POST", `/files?${about.toString()}`);
        request.setRequestHeader("Authorization", headers.Authorization);
        if (offset > 0) {
          request.setRequestHeader("Upload-Offset", String(offset));
        }
        let last = Date.now();
        const watch = setInterval(() => Date.now() - last > STALL_TIMEOUT && request.abort(), STALL_TIMEOUT / 4);
        request.upload.onprogress = ({ loaded }) => {
          last = Date.now();
          progress(offset + loaded);
        };
        request.onloadend = () => {
          clearInterval(watch);
          resolve(resultOf(request));
        };
        request.send(offset > 0 ? sending.content.slice(offset) : sending.content);
      });
    const stopped = new AbortController();
    const run = async (): Promise<SendResult> => {
      let offset = 0;
      if (!isFirst) {
        try {
          const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_TIMEOUT)]);
          const there = await fetch(`/files?${known.toString()}`, { method: "HEAD", headers, signal });
          if (there.status !== 200 && there.status !== 201 && there.status !== 404) {
            return { at: "interrupted" };
          }
          offset = there.status === 201 ? sending.content.size : Number(there.headers.get("Upload-Offset") ?? 0);
        } catch {
          return { at: "interrupted" };
        }
        progress(offset);
      }
      if (stopped.signal.aborted) {
        return { at: "interrupted" };
      }
      const end = await post(offset);
      // If the upload was resumed at the wrong offset, the next attempt asks for the offset again: bytes of the
      // previous attempt may have arrived meanwhile.
      if (end.at === "refused" && offset > 0 && (end.code === "malformed" || end.code === "no-such-file")) {
        return { at: "interrupted" };
      }
      return end.at === "interrupted" && request.status === 0 && !stopped.signal.aborted && !(await isReadable(sending.content, offset)) ? { at: "unreadable" } : end;
    };
    return {
      result: run(),
      stop: () => {
        stopped.abort();
        request.abort();
      },
    };
  },
};

function resultOf(request: XMLHttpRequest): SendResult {
  if (request.status === 201) {
    return { at: "done", mid: (JSON.parse(request.responseText) as { mid: number }).mid };
  }
  // Without a status the connection was lost.
  if (request.status < 400 || RETRYABLE.has(request.status)) {
    return { at: "interrupted" };
  }
  try {
    const { code, text } = JSON.parse(request.responseText) as { code: Code; text: string };
    return { at: "refused", code, text };
  } catch {
    return { at: "refused", code: "internal", text: "" };
  }
}

/** Returns whether the browser can still read a file: it may have been removed or changed, or be a folder. */
async function isReadable(content: Blob, offset: number): Promise<boolean> {
  try {
    await content.slice(offset, offset + 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Why a file did not load. */
export type LoadFailure = "unreachable" | "forbidden" | "unsupported";

/** Returns why a file did not load: no connection, no access (any more), or an unsupported format. */
export async function whyNotLoaded(address: string): Promise<LoadFailure> {
  try {
    const { status, ok } = await fetch(address, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER_TIMEOUT) });
    return ok ? "unsupported" : status === 401 || status === 404 ? "forbidden" : "unreachable";
  } catch {
    return "unreachable";
  }
}

/** Where everything that somebody has here is fetched, as one file. */
export const EXPORT_ADDRESS = "/files/export";

/** Returns whether the daemon would give the user a copy of their data now: a status of HTTP; 0 if it can't be reached. */
export async function exportStatus(): Promise<number> {
  try {
    return (await fetch(EXPORT_ADDRESS, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER_TIMEOUT) })).status;
  } catch {
    return 0;
  }
}
