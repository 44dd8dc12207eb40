package chatd.admin.system;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.SearchCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.text.SafeText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin search}. */
@Command(
        name = "search",
        description = {
            "Shows and maintains the index by which users find messages.",
            "It is derived from the database. No command searches: what users write is not shown to administrators."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin search status")
public final class SearchCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "status",
            description = "Shows the state of the index.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin search status")
    int status() {
        return print(SearchCalls.STATUS);
    }

    @Command(
            name = "rebuild",
            description = {
                "Rebuilds the index in the background.",
                "Meanwhile users find what is indexed already, the oldest messages first; `search status` and `stats`"
                        + " show how far it is."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin search rebuild")
    int rebuild() {
        return print(SearchCalls.REBUILD);
    }

    @Command(
            name = "purge",
            description = {
                "Removes the words of what was corrected and taken back from the index's files, now.",
                "They can't be found any more in any case, and are removed from the files within a day anyway."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin search purge")
    int purge() {
        return print(SearchCalls.PURGE);
    }

    private int print(AdminCall<Nothing, Nothing, SearchCalls.Status> call) {
        SearchCalls.Status status = program.daemon().call(call);
        if (program.isJson()) {
            Format.json(program.out(), status);
            return Exit.OK;
        }
        line("state", status.state());
        line("messages", "%d, up to number %d of %d".formatted(status.messages(), status.upTo(), status.newest()));
        line("size", Format.bytes(status.bytes()) + ", in " + status.directory());
        return Exit.OK;
    }

    private void line(String key, String value) {
        Format.line(program.out(), key, SafeText.line(value));
    }
}
