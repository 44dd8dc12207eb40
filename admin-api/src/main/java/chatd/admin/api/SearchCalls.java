package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;

/** Calls about the index by which users find messages. None of them reveals what messages say. */
public final class SearchCalls {
    public static final AdminCall<Nothing, Nothing, Status> STATUS =
            new AdminCall<>("search status", Nothing.class, Nothing.class, Status.class);
    public static final AdminCall<Nothing, Nothing, Status> REBUILD =
            new AdminCall<>("search rebuild", Nothing.class, Nothing.class, Status.class);
    public static final AdminCall<Nothing, Nothing, Status> PURGE =
            new AdminCall<>("search purge", Nothing.class, Nothing.class, Status.class);

    private SearchCalls() {}

    /**
     * The state and the progress of the index.
     *
     * @param state in words
     * @param messages how many are indexed; a corrected one may count more than once
     * @param upTo the number up to which messages are found
     * @param newest the number of the last message, or of the last change to one
     * @param bytes on disk
     */
    public record Status(String state, long messages, long upTo, long newest, long bytes, String directory) {}
}
