package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.SizeLimits;
import chatd.client.net.UnknownServer;
import chatd.client.script.DirectTransfer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.FileToSend;
import chatd.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code direct}. */
@Command(
        name = "direct",
        description = {
            "Sends files from machine to machine, not by the server, and of any size; both sides learn the other's"
                    + " addresses.",
            "WHAT and ARGUMENTS are one of:",
            "  accept --from USER --into DIR   accept all files from USER, until USER has left",
            "  send USER FILE...               call USER, and send files one after the other",
            "Exit code 0 means that every file is there, byte for byte; 75 that the other did not answer, or that a file was"
                    + " cut: sent again, it goes on where it was."
        },
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw bob@localhost direct accept --from al --into in",
            "  chat-client --password-file pw ann@localhost direct send bob disk.img"
        })
public final class DirectCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "WHAT", index = "0", description = "What to do; see above.")
    private String what = "";

    @Parameters(paramLabel = "ARGUMENTS", index = "1..*", arity = "0..*", description = "See above.")
    private List<String> arguments = List.of();

    @Option(names = "--from", paramLabel = "USER", description = "With accept: whose files to accept.")
    private @Nullable String from;

    @Option(
            names = "--into",
            paramLabel = "DIR",
            description = "With accept: where files are saved, without overwriting any.")
    private @Nullable Path into;

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        switch (what) {
            case "accept" -> accept();
            case "send" -> send();
            default -> throw context().usageError("there is no direct " + what + "; it is accept or send");
        }
    }

    private void accept() throws IOException, UnknownServer, InterruptedException {
        String user = from;
        Path directory = into;
        if (user == null || directory == null || !arguments.isEmpty()) {
            throw context().usageError("usage: direct accept --from USER --into DIR");
        }
        try (ScriptSession session = session(ScriptSession.ignoringListener(), true);
                DirectTransfer transfer = transfer(session, user)) {
            transfer.accept(directory, (path, name, size) -> {
                if (printer.isJson()) {
                    MessagePrinter.print(
                            context().out(),
                            json("received", "from", user, name, size).put("path", path.toString()));
                } else {
                    context().out().println(SafeText.line(path.toString()));
                }
            });
        }
    }

    private void send() throws IOException, UnknownServer, InterruptedException {
        if (from != null || into != null || arguments.size() < 2) {
            throw context().usageError("usage: direct send USER FILE...");
        }
        String user = arguments.getFirst();
        List<FileToSend> files = new ArrayList<>();
        for (String file : arguments.subList(1, arguments.size())) {
            files.add(SizeLimits.checkFile(Path.of(file), false));
        }
        try (ScriptSession session = session(ScriptSession.ignoringListener(), true);
                DirectTransfer transfer = transfer(session, user)) {
            transfer.send(files, file -> {
                if (printer.isJson()) {
                    MessagePrinter.print(context().out(), json("sent", "to", user, file.name(), file.size()));
                }
            });
        }
    }

    /** Begins a transfer; interrupting the program also leaves the session. */
    private static DirectTransfer transfer(ScriptSession session, String other)
            throws IOException, InterruptedException {
        DirectTransfer transfer = new DirectTransfer(session, other);
        Runtime.getRuntime().addShutdownHook(new Thread(transfer::close));
        return transfer;
    }

    private static ObjectNode json(String type, String direction, String user, String name, long size) {
        return MessagePrinter.object(type)
                .put(direction, user)
                .put("name", name)
                .put("size", size);
    }
}
