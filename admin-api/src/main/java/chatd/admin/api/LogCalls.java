package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about the audit log. */
public final class LogCalls {
    public static final AdminCall<Tail, TailPart, Nothing> TAIL =
            new AdminCall<>("log tail", Tail.class, TailPart.class, Nothing.class);
    public static final AdminCall<Follow, FollowPart, Nothing> FOLLOW =
            new AdminCall<>("log follow", Follow.class, FollowPart.class, Nothing.class);
    public static final AdminCall<Query, Names, LogDirectory> QUERY =
            new AdminCall<>("log query", Query.class, Names.class, LogDirectory.class);
    public static final AdminCall<Nothing, Nothing, Published> PUBLISH =
            new AdminCall<>("log publish", Nothing.class, Nothing.class, Published.class);
    public static final AdminCall<Nothing, Nothing, Rotated> ROTATE =
            new AdminCall<>("log rotate", Nothing.class, Nothing.class, Rotated.class);
    public static final AdminCall<Nothing, Nothing, Key> KEY =
            new AdminCall<>("log key", Nothing.class, Nothing.class, Key.class);
    public static final AdminCall<Nothing, Nothing, Key> CHANGE_KEY =
            new AdminCall<>("log change-key", Nothing.class, Nothing.class, Key.class);
    public static final AdminCall<Nothing, Nothing, Anchor> ANCHOR =
            new AdminCall<>("log anchor", Nothing.class, Nothing.class, Anchor.class);
    public static final AdminCall<Nothing, Stored, Count> MESSAGES =
            new AdminCall<>("log messages", Nothing.class, Stored.class, Count.class);

    private LogCalls() {}

    /** @param lines how many existing lines are wanted; 10 if null */
    public record Tail(@Nullable Integer lines, boolean follow) {}

    /**
     * The current name of an account.
     *
     * @param user {@code U} and the account number
     */
    public record Name(String user, String name) {}

    /** Current names, or a line as it stands in the document. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TailPart(
            @Nullable List<Name> names, @Nullable String line) {}

    /**
     * @param from the seq of an event or seal: the lines of the segment that has it come first
     * @param follow whether new lines are wanted, too, until the caller goes away
     */
    public record Follow(long from, boolean follow) {}

    /**
     * Some lines, as they stand in the document, with the root's start tags.
     *
     * @param end the seq of the last event or seal, in the first part alone
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FollowPart(@Nullable Long end, List<String> lines) {}

    /** The terms of a query, sent only to be logged: the caller reads the files itself. */
    public record Query(
            @Nullable String user,
            @Nullable String from,
            @Nullable String type,
            @Nullable String outcome,
            @Nullable String address,
            @Nullable String since,
            @Nullable String until,
            @Nullable Integer last,
            @Nullable String xpath) {}

    public record Names(List<Name> names) {}

    public record LogDirectory(String directory) {}

    public record Published(String file) {}

    public record Rotated(String closed) {}

    /** The public half of the sealing key. */
    public record Key(String id, String algorithm, String pem) {}

    public record Anchor(String seal) {}

    /**
     * The number of a message, or of a later change to one, and its digest as stored.
     *
     * @param digest for a retraction or a reaction, its type in the log, the number of its message, and its detail;
     *     empty if it is no longer stored
     * @param takenBack the number of the event that took it back, if it is no longer stored
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Digested(
            long message, String digest, @Nullable Long takenBack) {}

    /**
     * First the number up to which messages are compared; then the messages, by number; last, if the log lacks that
     * message, the highest stored number.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stored(
            @Nullable Long upTo,
            @Nullable List<Digested> messages,
            @Nullable Long beyond,
            @Nullable List<Numbers> expired) {}

    /** The numbers {@code from} to {@code to}, both included. */
    public record Numbers(long from, long to) {}

    public record Count(long count) {}
}
