/** One connection to the daemon, like a browser's WebSocket: text messages, in order. */
export interface Link {
  send(text: string): void;
  /** Closes it; its listener is no longer called. */
  close(): void;
}

/** The callbacks of a connection; none is called after `closed`. */
export interface LinkListener {
  opened(): void;
  received(text: string): void;
  closed(): void;
}

/** Opens a connection. */
export type Dial = (listener: LinkListener) => Link;

/**
 * Returns a function that opens WebSockets to the daemon that the page came from (page `chat-json-1.md`, "Carriers").
 */
export function webSockets(url: string): Dial {
  return (listener) => {
    const socket = new WebSocket(url, "chat-json");
    let isListening = true;
    socket.onopen = () => isListening && listener.opened();
    socket.onmessage = (event) => isListening && listener.received(String(event.data));
    socket.onclose = () => isListening && listener.closed();
    return {
      // While it closes, nothing gets through any more, and the browser would complain: what had no answer is sent again.
      send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
      close: () => {
        isListening = false;
        socket.close();
      },
    };
  };
}
