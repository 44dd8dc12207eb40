package chatd.admin.user;

import chatd.admin.terminal.Program;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user reset}. */
@Command(
        name = "reset",
        description = "Gives users new passwords, and ends their sessions.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin user reset alice")
final class ResetCommand implements Callable<Integer> {
    @ParentCommand
    private UserCommand user;

    @Mixin
    private SelectedUsers users;

    @Mixin
    private NewPasswords password;

    @Override
    public Integer call() {
        password.checkUsage(users.mayBeSeveral() && !users.isDryRun());
        List<String> names = users.confirmed(user.program, "Give new passwords to");
        Map<String, String> passwords = password.generate(names);
        PasswordsFile file = names.isEmpty() ? null : password.write(passwords);
        return NewPasswords.reset(
                user.program, passwords, file, password.areShown(), users.mayBeSeveral(), password.mustChange());
    }
}
