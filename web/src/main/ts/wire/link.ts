/** One connection to the daemon, as a browser's WebSocket is: text messages, in order. */
export interface Link {
  send(text: string): void;
  /** Closes it; nothing is heard of it any more. */
  close(): void;
}

/** What is heard of a connection; after `closed` nothing more. */
export interface LinkListener {
  opened(): void;
  said(text: string): void;
  closed(): void;
}

/** Opens a connection. */
export type Dial = (listener: LinkListener) => Link;

/** Returns what opens WebSockets to the daemon that the page came from (page `chat-json-1.md`, "Carriers"). */
export function webSockets(url: string): Dial {
  return (listener) => {
    const socket = new WebSocket(url, "chat-json");
    let isHeard = true;
    socket.onopen = () => isHeard && listener.opened();
    socket.onmessage = (event) => isHeard && listener.said(String(event.data));
    socket.onclose = () => isHeard && listener.closed();
    return {
      send: (text) => socket.send(text),
      close: () => {
        isHeard = false;
        socket.close();
      },
    };
  };
}
