package chatd.admin.user;

import chatd.admin.api.UserCalls;
import chatd.admin.terminal.Program;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user add}. */
@Command(
        name = "add",
        description = "Adds users.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin user add alice", "  chat-admin user add bob carol --passwords /root/new-users.csv"})
final class AddCommand implements Callable<Integer> {
    @ParentCommand
    private UserCommand user;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "1 to 32 bytes; letters, digits, '.', '_' and '-'.")
    private List<String> names;

    @Option(
            names = "--note",
            paramLabel = "TEXT",
            description = "Seen only by those who manage users; at most 200 characters.")
    private @Nullable String note;

    @Option(names = "--similar", description = UserCommand.SIMILAR)
    private boolean similar;

    @Mixin
    private NewPasswords password;

    @Override
    public Integer call() {
        Set<String> each = new LinkedHashSet<>(names);
        password.checkUsage(each.size() > 1);
        Map<String, String> passwords = password.generate(each);
        PasswordsFile file = password.write(passwords);
        return NewPasswords.send(
                user.program,
                UserCalls.ADD,
                passwords,
                file,
                password.areShown(),
                each.size() > 1,
                (name, fresh) -> new UserCalls.AddOrReset(name, note, password.mustChange(), similar, fresh),
                "added");
    }
}
