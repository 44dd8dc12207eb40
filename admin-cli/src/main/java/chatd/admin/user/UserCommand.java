package chatd.admin.user;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.UserCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.Attempts;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Size;
import chatd.admin.terminal.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin user}. */
@Command(
        name = "user",
        description = "Adds, shows and changes users.",
        mixinStandardHelpOptions = true,
        subcommands = {
            UserListCommand.class,
            AddCommand.class,
            ImportCommand.class,
            ResetCommand.class,
            SlipsCommand.class,
            UserExportCommand.class,
            DeleteCommand.class,
            EraseCommand.class
        },
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin user add alice")
public final class UserCommand implements Runnable {
    /** Describes {@code --similar}. */
    static final String SIMILAR =
            "Accept a name even if it looks like that of another account, as Stern looks like Stem.";

    @ParentCommand
    Program program;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "show",
            description = "Shows everything known about a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user show alice")
    int show(@Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name) {
        UserCalls.Details user = program.daemon().call(UserCalls.SHOW, new UserCalls.Named(name));
        if (program.isJson()) {
            Format.json(program.out(), user);
            return Exit.OK;
        }
        UserFacts.print(user, program.out());
        return Exit.OK;
    }

    @Command(
            name = "disable",
            description = {
                "Bars users from logging in, and ends their sessions.",
                "Lists the groups with other members of which they are the only owner: `group owner` adds another."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user disable alice bob")
    int disable(@Mixin SelectedUsers users) {
        return change(users, "Disable", UserCalls.DISABLE, UserCalls.Named::new, "disabled", "is disabled already");
    }

    @Command(
            name = "enable",
            description = "Lets disabled users log in again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user enable alice")
    int enable(@Mixin SelectedUsers users) {
        return change(users, "Enable", UserCalls.ENABLE, UserCalls.Named::new, "enabled", "is not disabled");
    }

    @Command(
            name = "unlock",
            description = {
                "Lets users log in again who were throttled, or whose one-time password has expired.",
                "Clears failed-login counts and renews an expired one-time password."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user unlock alice")
    int unlock(@Mixin SelectedUsers users) {
        return change(
                users, "Unlock", UserCalls.UNLOCK, UserCalls.Named::new, "unlocked", "is neither locked nor throttled");
    }

    @Command(
            name = "mute",
            description = {
                "Stops users from writing anything that others can read, for a time.",
                "They can log in and read; what they send is refused, and they are told until when."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user mute alice --for 7d", "  chat-admin user mute alice bob --for 30m"})
    int mute(
            @Mixin SelectedUsers users,
            @Option(
                            names = "--for",
                            paramLabel = "DURATION",
                            required = true,
                            converter = Timestamp.Span.class,
                            description = "How long, such as 30m, 12h, 7d or 2w.")
                    Duration time) {
        return change(
                users,
                "Mute",
                UserCalls.MUTE,
                name -> new UserCalls.Muting(name, time.toSeconds()),
                "is muted",
                "is muted until then already");
    }

    @Command(
            name = "unmute",
            description = "Lets muted users write again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user unmute alice")
    int unmute(@Mixin SelectedUsers users) {
        return change(users, "Unmute", UserCalls.UNMUTE, UserCalls.Named::new, "may write again", "is not muted");
    }

    @Command(
            name = "remove-picture",
            description = "Removes the pictures that users have given themselves.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user remove-picture alice")
    int removePicture(@Mixin SelectedUsers users) {
        return change(
                users,
                "Remove the pictures of",
                UserCalls.REMOVE_PICTURE,
                UserCalls.Named::new,
                "has no picture any more",
                "has no picture");
    }

    @Command(
            name = "set",
            description = "Sets how much space a user's files may take in total.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user set alice --quota 2GiB", "  chat-admin user set alice --quota default"})
    int set(
            @Mixin SelectedUsers users,
            @Option(
                            names = "--quota",
                            paramLabel = "SIZE",
                            required = true,
                            converter = Size.Converter.class,
                            description = "How much, such as 500MiB or 2GiB; none for no limit, default for what the"
                                    + " configuration says (quota.account).")
                    Size quota) {
        Long bytes = quota.bytes() == Size.CONFIGURED ? null : (Long) quota.bytes();
        String how = bytes == null
                ? "may store the configured amount"
                : bytes == Size.UNLIMITED ? "may store any amount" : "may store " + Format.bytes(bytes);
        return change(
                users,
                "Change what may be stored by",
                UserCalls.QUOTA,
                name -> new UserCalls.Quota(name, bytes),
                how,
                how + " already");
    }

    @Command(
            name = "note",
            description = "Replaces the note on a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user note alice \"class 4b, left in June\"", "  chat-admin user note alice \"\""})
    int note(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "TEXT", description = "At most 200 characters; an empty one removes the note.")
                    String text) {
        return change(UserCalls.NOTE, name, new UserCalls.Note(name, text), "has a new note", "has that note already");
    }

    @Command(
            name = "rename",
            description = {
                "Renames a user.",
                "Their history is shown under the new name from then on. The old name is never given to anyone else."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user rename alice alice.liddell")
    int rename(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "NAME") String other,
            @Option(names = "--similar", description = SIMILAR) boolean similar) {
        return change(
                UserCalls.RENAME,
                name,
                new UserCalls.Renaming(name, other, similar),
                "renamed, was " + name,
                "has that name already");
    }

    /** The rights that can be granted. */
    enum Right {
        everyone
    }

    @Command(
            name = "grant",
            description = {
                "Lets a user write to everyone, if only some may.",
                "That is the case if the configuration has everyone.write = \"granted\"."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user grant alice everyone")
    int grant(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.GRANT,
                name,
                new UserCalls.Named(name),
                "may write to " + right,
                "may write to " + right + " already");
    }

    @Command(
            name = "revoke",
            description = "Revokes a right that `user grant` gave.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user revoke alice everyone")
    int revoke(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.REVOKE,
                name,
                new UserCalls.Named(name),
                "is no longer granted " + right,
                "was not granted " + right);
    }

    /** Returns until when an account is muted, as the end of a sentence. */
    private static String until(UserCalls.Account account) {
        String until = account.mutedUntil();
        return until == null ? "" : "; muted until " + Timestamp.format(until);
    }

    private <Q> int change(
            AdminCall<Q, Nothing, UserCalls.Changed> call, String name, Q request, String done, String already) {
        return change(call, Map.of(name, request), false, done, already);
    }

    /** @param doing the action, as the beginning of a question */
    private <Q> int change(
            SelectedUsers users,
            String doing,
            AdminCall<Q, Nothing, UserCalls.Changed> call,
            Function<String, Q> request,
            String done,
            String already) {
        Map<String, Q> requests = new LinkedHashMap<>();
        users.confirmed(program, doing).forEach(name -> requests.put(name, request.apply(name)));
        return change(call, requests, users.mayBeSeveral() && !users.isDryRun(), done, already);
    }

    /**
     * Changes users, one after another; the failure of one does not stop the others.
     *
     * @param requests by the names given on the command line
     * @param isList whether the outcome is a list in JSON, even if there is only one
     * @return the exit code of the last one that could not be changed, if there is any
     */
    private <Q> int change(
            AdminCall<Q, Nothing, UserCalls.Changed> call,
            Map<String, Q> requests,
            boolean isList,
            String done,
            String already) {
        List<UserCalls.Changed> outcomes = new ArrayList<>();
        int exit = Attempts.each(requests.keySet(), name -> {
            UserCalls.Changed outcome = program.daemon().call(call, Objects.requireNonNull(requests.get(name)));
            outcomes.add(outcome);
            if (!program.isJson()) {
                program.out()
                        .println(Format.userLabel(outcome.account()) + " " + (outcome.changed() ? done : already)
                                + until(outcome.account()) + ".");
                if (outcome.account().state().equals("disabled")) {
                    outcome.onlyOwnerOf()
                            .forEach(group -> program.out()
                                    .println("  the only owner " + UserFacts.describeGroup(group)
                                            + ": see `group owner G" + group.number() + " NAME`"));
                }
            }
        });
        if (program.isJson() && isList) {
            Format.json(program.out(), outcomes);
        } else if (program.isJson()) {
            outcomes.forEach(outcome -> Format.json(program.out(), outcome));
        }
        return exit;
    }
}
