package chatd.acceptance.campaigns;

import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.WebSocketClient;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * A kind of abuse: what one account or network does as often as the server allows, in as many
 * sessions as it gets.
 */
enum Abuse {
    /** Compressed messages of 1 KB that each expand to 1 MB of blanks. */
    BLANKS {
        @Override
        void start(Abuser by) throws IOException {
            byte[] message = deflated(
                    "{\"type\": 19,%s\"info\": {\"before\": 1, \"limit\": 1}}".formatted(" ".repeat(1_000_000)));
            for (int i = 0; i < Abuser.SESSIONS; i++) {
                WebSocketClient socket = WebSocketClient.open(by.connect("http/1.1"), true);
                socket.send(WebSocketClient.FINAL | WebSocketClient.TEXT, by.logIn(i));
                by.repeat(() -> socket.send(
                        WebSocketClient.FINAL | WebSocketClient.COMPRESSED | WebSocketClient.TEXT, message));
                by.drain(() -> socket.next() != null);
            }
        }
    },
    /** The longest texts, to oneself. */
    LONG_TEXTS {
        @Override
        void start(Abuser by) throws IOException {
            by.lines(by.text("x".repeat(64_000)));
        }
    },
    /** Short texts, to oneself. */
    SHORT_TEXTS {
        @Override
        void start(Abuser by) throws IOException {
            by.lines(by.text("x"));
        }
    },
    /** Searches for phrases of words that occur in many texts. */
    SEARCHES {
        @Override
        void prepare(JsonSocket own) {
            store(own, "的".repeat(20_000), 50);
        }

        @Override
        void start(Abuser by) throws IOException {
            by.lines("{\"type\": 27, \"info\": {\"text\": \"\\\"%s\\\"\"}}".formatted("的".repeat(60)));
        }
    },
    /** The longest pages of the history. */
    PAGES {
        @Override
        void prepare(JsonSocket own) {
            store(own, "x".repeat(1_000), 200);
        }

        @Override
        void start(Abuser by) throws IOException {
            by.lines("{\"type\": 19, \"info\": {\"limit\": 200}}");
        }
    },
    /** Changes of preferences, which are sent to all of the account's sessions. */
    CHANGES {
        @Override
        void start(Abuser by) throws IOException {
            by.lines(
                    "{\"type\": 35, \"info\": {\"calls\": \"friends\"}}",
                    "{\"type\": 35, \"info\": {\"calls\": \"everyone\"}}");
        }
    },
    /** Typing notifications to the victim. */
    TYPING {
        @Override
        void start(Abuser by) throws IOException {
            by.lines("{\"type\": 22, \"receive\": \"%s\", \"info\": {}}".formatted(by.victim()));
        }
    },
    /** A file fetched by 60 connections at once. */
    DOWNLOADS {
        @Override
        void start(Abuser by) throws IOException {
            String file = by.file(new byte[4 << 20]);
            for (int i = 0; i < 60; i++) {
                HttpClient http = new HttpClient(by.connect("http/1.1"));
                by.repeat(() -> http.ask("GET", file, by.bearer()));
            }
        }
    },
    /** Sessions that begin and end. */
    LOG_INS {
        @Override
        void start(Abuser by) {
            for (int i = 0; i < Abuser.SESSIONS; i++) {
                by.askOnce(by.logIn(i));
            }
        }
    },
    /** Wrong passwords from one network for the victim's account. */
    GUESSES {
        @Override
        void start(Abuser by) {
            for (int i = 0; i < 2 * Abuser.SESSIONS; i++) {
                by.askOnce("{\"type\": 1, \"info\": {\"user_id\": \"%s\", \"user_pwd\": \"not-the-password\"}}"
                        .formatted(by.victim()));
            }
        }
    },
    /** TLS handshakes from one network that are never followed by anything. */
    HANDSHAKES {
        @Override
        void start(Abuser by) {
            for (int i = 0; i < 2 * Abuser.SESSIONS; i++) {
                by.connectOnly();
            }
        }
    };

    /** Stores the texts that the abuse needs; by default, none. */
    void prepare(JsonSocket own) {
        // Nothing.
    }

    /** Starts the abuse, in threads of its own. */
    abstract void start(Abuser by) throws IOException;

    /** Sends oneself a text several times, and waits until all are stored. */
    private static void store(JsonSocket own, String text, int times) {
        for (int i = 0; i < times; i++) {
            own.send("{'type': 3, 'id': '%d', 'receive': '%s', 'info': '%s'}".formatted(i, own.user(), text));
        }
        for (int i = 0; i < times; i++) {
            own.skipTo(JsonType.DONE);
        }
    }

    /** Returns a message as a compressed frame carries it. */
    private static byte[] deflated(String message) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            byte[] text = Wire.utf8(message);
            deflater.setInput(text);
            byte[] out = new byte[text.length];
            int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            return Arrays.copyOf(out, length - 4);
        } finally {
            deflater.end();
        }
    }
}
