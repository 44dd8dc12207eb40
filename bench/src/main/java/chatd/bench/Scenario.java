package chatd.bench;

import java.util.List;
import java.util.Locale;

/** The scenarios of the load generator, and how each is reported. */
enum Scenario {
    FAN100_W8("fan-out to 100, 8 in flight", 101, "-s fanout -n 101 -W 8 -T 2 -t 3 -j 3"),
    FAN100_W8_JSON("fan-out to 100 in JSON, 8 in flight", 101, "-d json -s fanout -n 101 -W 8 -T 2 -t 3 -j 3"),
    FAN100_W8_WS("fan-out to 100 WebSockets, 8 in flight", 101, "-d ws -s fanout -n 101 -W 8 -T 2 -t 3 -j 3"),
    FAN1000_W8_JSON("fan-out to 1,000 in JSON, 8 in flight", 1_001, "-d json -s fanout -n 1001 -W 8 -T 2 -t 3 -j 3"),
    FAN1000_W8_WS("fan-out to 1,000 WebSockets, 8 in flight", 1_001, "-d ws -s fanout -n 1001 -W 8 -T 2 -t 3 -j 3"),
    GROUP1000_W8(
            "to a group of 1,000 in JSON, all online, 8 in flight",
            1_001,
            "-d json -s fanout -G 1001 -n 1001 -W 8 -T 2 -t 3 -j 3"),
    GROUP5_W8("to a group of 5 in JSON, 8 in flight", 10_000, "-d json -s fanout -G 6 -n 6 -W 8 -T 2 -t 3 -j 3"),
    GROUP10000_W8(
            "to a group of 10,000 in JSON, 5 online, 8 in flight",
            10_000,
            "-d json -s fanout -G 10000 -n 6 -W 8 -T 2 -t 3 -j 3"),
    PAIRS_W4_JSON("50 pairs in JSON, 4 in flight", 100, "-d json -s pair -n 100 -W 4 -T 2 -t 3 -j 3"),
    PAIRS_W4_IDS("50 pairs in JSON with ids, 4 in flight", 100, "-d json -i -s pair -n 100 -W 4 -T 2 -t 3 -j 3"),
    PAIRS_W32_JSON("50 pairs in JSON, 32 in flight", 100, "-d json -s pair -n 100 -W 32 -T 2 -t 3 -j 3"),
    PAIRS_W32_IDS("50 pairs in JSON with ids, 32 in flight", 100, "-d json -i -s pair -n 100 -W 32 -T 2 -t 3 -j 3"),
    IDLE5000_WS("5,000 idle WebSockets", 5_000, "-d ws -s idle -n 5000 -t 30"),
    FAN100_W1("fan-out to 100, 1 in flight", 101, "-s fanout -n 101 -W 1 -T 2 -t 3 -j 3"),
    FAN1000_W8("fan-out to 1,000, 8 in flight", 1_001, "-s fanout -n 1001 -W 8 -T 2 -t 3 -j 3"),
    FAN5000_W8("fan-out to 5,000, 8 in flight", 5_001, "-s fanout -n 5001 -W 8 -T 3 -t 5 -j 2"),
    NAMED100_W8("to 100 by name, 8 in flight", 101, "-s fanout -N -n 101 -W 8 -T 2 -t 3 -j 3"),
    NAMED1000_W8("to 1,000 by name, 8 in flight", 1_001, "-s fanout -N -n 1001 -W 8 -T 2 -t 3 -j 3"),
    PAIRS_W1("50 pairs, 1 in flight", 100, "-s pair -n 100 -W 1 -T 2 -t 3 -j 3"),
    PAIRS_W4("50 pairs, 4 in flight", 100, "-s pair -n 100 -W 4 -T 2 -t 3 -j 3"),
    PAIRS_W32("50 pairs, 32 in flight", 100, "-s pair -n 100 -W 32 -T 2 -t 3 -j 3"),
    PAIRS_200("50 pairs, 200 messages/s", 100, "-s pair -n 100 -W 4 -T 1 -t 4 -r 200 -j 3"),
    SLOW1000("fan-out to 999, and one that does not read", 1_001, "-s fanout -n 1001 -S 1 -W 8 -T 2 -t 3 -j 3"),
    IDLE1000("1,000 idle", 1_000, "-s idle -n 1000 -t 30"),
    IDLE5000("5,000 idle", 5_000, "-s idle -n 5000 -t 30"),
    IDLE10000("10,000 idle", 10_000, "-s idle -n 10000 -t 40"),
    STORM("1,000 logins, with the cheapest password hash", 1_000, "-s storm -n 1000"),
    STORM_JSON("1,000 logins in JSON", 1_000, "-d json -s storm -n 1000"),
    BACK5000("5,000 clients reconnect after a restart, with their tokens", 5_000, "-d json -s storm -B -n 5000"),
    BACK5000_WS("5,000 WebSocket clients reconnect after a restart", 5_000, "-d ws -s storm -B -n 5000"),
    STORM_ALONE("1,000 logins, each disconnecting immediately", 1_000, "-s storm -Q -n 1000"),
    STORM_ARGON2("200 logins with Argon2id", 200, "-s storm -n 200"),
    TLS("TLS handshake and close", 100, "-s tls -n 2000"),
    REPLAY("replays of 100 out of 10 million messages", 100, "-s replay -n 100 -m 100 -T 2 -t 4 -j 3"),
    FILES("64 files of 16 MiB sent at once, and fetched", 128, "-s files -n 128 -T 0 -t 20");

    private final String title;
    private final int accounts;
    private final String arguments;

    Scenario(String title, int accounts, String arguments) {
        this.title = title;
        this.accounts = accounts;
        this.arguments = arguments;
    }

    String title() {
        return title;
    }

    /** Returns the scenario's name on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    int accounts() {
        return accounts;
    }

    /** Returns the arguments of the load generator. */
    List<String> arguments() {
        return List.of(arguments.split(" ", -1));
    }

    /** Returns whether a server that stores nothing can run it too. */
    boolean runsWithoutStorage() {
        return switch (this) {
            case FAN100_W8_JSON,
                    FAN100_W8_WS,
                    FAN1000_W8_JSON,
                    FAN1000_W8_WS,
                    GROUP1000_W8,
                    GROUP5_W8,
                    GROUP10000_W8,
                    PAIRS_W4_JSON,
                    PAIRS_W4_IDS,
                    PAIRS_W32_JSON,
                    PAIRS_W32_IDS,
                    IDLE5000_WS,
                    STORM_JSON,
                    BACK5000,
                    BACK5000_WS,
                    NAMED100_W8,
                    NAMED1000_W8,
                    SLOW1000,
                    STORM_ARGON2,
                    REPLAY,
                    FILES -> false;
            default -> true;
        };
    }

    /**
     * Returns the messages a second to warm up with; 0 for as many as possible. At a low rate, the measurement must not
     * include the index catching up after the warm-up.
     */
    String warmUpRate() {
        return this == PAIRS_200 ? "4000" : "0";
    }

    /** Returns the maximum number of warm-up rounds of the same load, 7 s each. */
    int maxWarmUpRounds() {
        return switch (this) {
            case STORM, STORM_JSON, STORM_ALONE -> 25;
            case TLS -> 8;
            case FILES -> 1;
            default -> isIdle() || isReconnect() ? 0 : 20;
        };
    }

    long storedMessages() {
        return this == REPLAY ? 10_000_000 : 0;
    }

    /** Returns whether passwords are hashed with the default parameters. */
    boolean usesDefaultHashing() {
        return this == STORM_ARGON2;
    }

    boolean isIdle() {
        return name().startsWith("IDLE");
    }

    /** Returns whether a group is created first. */
    boolean isGroup() {
        return name().startsWith("GROUP");
    }

    /** Returns whether the clients reconnect to a restarted daemon. */
    boolean isReconnect() {
        return name().startsWith("BACK");
    }

    boolean isLogin() {
        return isReconnect()
                || this == STORM
                || this == STORM_JSON
                || this == STORM_ALONE
                || this == STORM_ARGON2
                || this == TLS;
    }
}
