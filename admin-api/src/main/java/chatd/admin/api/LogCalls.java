package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of the server log. */
public final class LogCalls {
    public static final AdminCall<Tail, Tailed, Nothing> TAIL =
            new AdminCall<>("log tail", Tail.class, Tailed.class, Nothing.class);
    public static final AdminCall<Query, Names, Place> QUERY =
            new AdminCall<>("log query", Query.class, Names.class, Place.class);
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

    /** @param lines how many of those that are there; 10 where it is null */
    public record Tail(@Nullable Integer lines, boolean follow) {}

    /**
     * What an account is called now.
     *
     * @param user {@code U} and its number
     */
    public record Name(String user, String name) {}

    /** Present names, or a line as it stands in the document. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tailed(
            @Nullable List<Name> names, @Nullable String line) {}

    /** What somebody looks for, to be logged: they read the files themselves. */
    public record Query(
            @Nullable String user,
            @Nullable String type,
            @Nullable String outcome,
            @Nullable String address,
            @Nullable String since,
            @Nullable String until,
            @Nullable String xpath) {}

    public record Names(List<Name> names) {}

    public record Place(String directory) {}

    public record Published(String file) {}

    public record Rotated(String closed) {}

    /** The public half of the key that seals. */
    public record Key(String id, String algorithm, String pem) {}

    public record Anchor(String seal) {}

    /** A message and the digest of what is stored of it. */
    public record Digested(long message, String digest) {}

    /**
     * First the number up to which messages are compared; then the messages, by number; then, where the log goes on without
     * it, the highest number that is stored.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stored(
            @Nullable Long upTo,
            @Nullable List<Digested> messages,
            @Nullable Long beyond) {}

    public record Count(long count) {}
}
