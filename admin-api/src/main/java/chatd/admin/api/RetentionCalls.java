package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about how long messages are kept. Days of 0 stand for ever. */
public final class RetentionCalls {
    public static final AdminCall<Nothing, Nothing, Rules> SHOW =
            new AdminCall<>("retention show", Nothing.class, Nothing.class, Rules.class);
    public static final AdminCall<Pass, Extent, Extent> RUN =
            new AdminCall<>("retention run", Pass.class, Extent.class, Extent.class);

    public static final AdminCall<NewHold, Nothing, Hold> HOLD_ADD =
            new AdminCall<>("hold add", NewHold.class, Nothing.class, Hold.class);
    public static final AdminCall<Nothing, Holds, Nothing> HOLD_LIST =
            new AdminCall<>("hold list", Nothing.class, Holds.class, Nothing.class);
    public static final AdminCall<HoldNumber, Nothing, Hold> HOLD_REMOVE =
            new AdminCall<>("hold remove", HoldNumber.class, Nothing.class, Hold.class);

    private RetentionCalls() {}

    /**
     * @param groups the groups that have a rule of their own
     * @param holds how many are in force
     * @param lastPass when the daemon last began to look for what is old enough, in ISO 8601; null if not since its start
     */
    public record Rules(
            int files,
            int direct,
            int group,
            int everyone,
            List<GroupCalls.Group> groups,
            int holds,
            @Nullable String lastPass) {}

    /** @param dryRun whether to tell what would be deleted by the configuration file as it is, and delete nothing */
    public record Pass(boolean dryRun) {}

    /**
     * What was deleted so far, or would be.
     *
     * @param bytes of the files
     * @param held messages that are old enough, and on hold
     */
    public record Extent(long texts, long files, long bytes, long held) {}

    /**
     * @param who a user's name, {@code U} and a number, or {@code G} and the number of a group
     * @param until the last day, in ISO 8601, by UTC
     */
    public record NewHold(String who, String until, String why) {}

    /** @param hold its number */
    public record HoldNumber(long hold) {}

    /**
     * @param who {@code U} or {@code G}, and the number
     * @param name of the user or group
     * @param until the last day
     * @param by the Unix user who asked for it
     * @param over whether it has ended
     */
    public record Hold(
            long number, String who, String name, String until, String why, String by, String since, boolean over) {}

    public record Holds(List<Hold> holds) {}
}
