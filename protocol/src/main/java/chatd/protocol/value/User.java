package chatd.protocol.value;

/** Whom a client means by what it typed; it may be nobody. A dialect that knows numbers takes them beside names. */
public sealed interface User {
    /** The name under which the daemon itself speaks; nobody else has it. */
    String SERVER = "server";

    /** As the client wrote it. */
    String typed();

    /** The user with this name. */
    record Named(String typed) implements User {}

    /** The user with this number, 1 or more; its name may have changed. */
    record Numbered(long number, String typed) implements User {}
}
