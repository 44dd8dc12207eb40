package chatd.admin.user;

import chatd.admin.api.UserCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import java.text.Collator;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user list}. */
@Command(
        name = "list",
        description = "Lists all users, or those that match all the options given.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user list --class 4b --state disabled",
            "  chat-admin user list --not-since 2026-09-01 --sort last-login",
            "  chat-admin user list --name '4b-*' -o json"
        })
final class UserListCommand implements Callable<Integer> {
    /** The sort orders. */
    enum Order {
        number,
        name,
        last_login,
        created;

        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    @ParentCommand
    private UserCommand user;

    @Mixin
    private Selection selection;

    @Option(names = "--online", description = "Only users who are online.")
    private boolean online;

    @Option(names = "--never-logged-in", description = "Only users who have never logged in.")
    private boolean never;

    @Option(
            names = "--not-since",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "Only users whose last login was before this time: " + Timestamp.FORMS
                    + "; not those who have never logged in.")
    private @Nullable Instant notSince;

    @Option(
            names = "--name",
            paramLabel = "PATTERN",
            description = "Only users whose name matches: * is any text, ? one character; case is ignored.")
    private @Nullable String pattern;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            defaultValue = "number",
            description = "Sort by ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Order order = Order.number;

    @Option(names = "--reverse", description = "Reverse the order.")
    private boolean reverse;

    @Option(names = "--names", description = "Print only the names, one per line.")
    private boolean names;

    @Override
    public Integer call() {
        Program program = user.program;
        selection.checkUsage();
        Comparator<UserCalls.Account> comparator = comparator();
        List<UserCalls.Account> users = Selection.all(program).stream()
                .filter(this::fits)
                .sorted(reverse ? comparator.reversed() : comparator)
                .toList();
        if (names) {
            users.forEach(each -> program.out().println(each.name()));
        } else if (program.isJson()) {
            Format.json(program.out(), users);
        } else {
            new Table<UserCalls.Account>()
                    .column("NUMBER", each -> Long.toString(each.number()))
                    .column("NAME", UserCalls.Account::name)
                    .column("STATE", UserCalls.Account::state)
                    .column("ONLINE", each -> Format.yesOrNo(each.online()))
                    .column("MUST CHANGE", each -> Format.yesOrNo(each.mustChange()))
                    .column("LAST LOGIN", each -> Timestamp.format(text(each.lastLogin())))
                    .column("FROM", UserCalls.Account::lastAddress)
                    .column("CREATED", each -> Timestamp.format(each.created()))
                    .column("NOTE", UserCalls.Account::note)
                    .print(users, program.display(), program.out());
        }
        return Exit.OK;
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    private boolean fits(UserCalls.Account account) {
        String lastLogin = text(account.lastLogin());
        return selection.matches(account)
                && (!online || account.online())
                && (!never || lastLogin.isEmpty())
                && (notSince == null
                        || (!lastLogin.isEmpty() && Instant.parse(lastLogin).isBefore(notSince)))
                && (pattern == null || fits(account.name(), pattern));
    }

    private static boolean fits(String name, String pattern) {
        StringBuilder regex = new StringBuilder();
        pattern.codePoints()
                .forEach(c -> regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c))));
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .matcher(name)
                .matches();
    }

    private Comparator<UserCalls.Account> comparator() {
        return switch (order) {
            case number -> Comparator.comparingLong(UserCalls.Account::number);
            case name ->
                Comparator.comparing(
                                UserCalls.Account::name,
                                Collator.getInstance(Locale.getDefault(Locale.Category.DISPLAY)))
                        .thenComparing(UserCalls.Account::name);
            // Users who have never logged in come first. Times differ in length, so they are not compared as strings.
            case last_login -> Comparator.comparing(account -> instant(account.lastLogin()));
            case created -> Comparator.comparing(account -> instant(account.created()));
        };
    }

    private static Instant instant(@Nullable String text) {
        return text == null ? Instant.MIN : Instant.parse(text);
    }
}
