package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.SizeLimits;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.FileToSend;
import chatd.protocol.value.FileName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code send}. */
@Command(
        name = "send",
        description = {
            "Sends a text (after --, or else from standard input) or a file; exit code 0 means that it is stored.",
            "If a recipient is unknown, the exit code is 4, and the others still get it."
        },
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost send bob carol -- Lunch?",
            "  tar c docs | chat-client --password-file pw alice@localhost send bob --file - --name docs.tar"
        })
public final class SendCommand extends ScriptCommand {
    private static final Path STANDARD_INPUT = Path.of("-");

    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "TO", arity = "0..*", description = "The recipients.")
    private List<String> to = List.of();

    @Option(names = "--all", description = "To everyone.")
    private boolean isToAll;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Store it once, however often it is sent with this ID within 7 days (at most 64 bytes).")
    private String id = "";

    @Option(names = "--re", paramLabel = "NUMBER", description = "Answer the message with this number.")
    private long re;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Send this file, byte for byte; may be repeated. - means standard input, named by --name.")
    private List<Path> files = List.of();

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Send this picture, to be shown inline; metadata on where and how it was taken is removed.")
    private List<Path> pictures = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "The file name for standard input.")
    private @Nullable String name;

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        if (to.isEmpty() != isToAll) {
            throw context().usageError("name the recipients, or give --all");
        }
        checkWords();
        boolean isFile = !files.isEmpty() || !pictures.isEmpty();
        if (isFile && (re != 0 || !context().words().isEmpty())) {
            throw context().usageError("--file and --picture can't be combined with --re or a text");
        }
        if (!id.isEmpty() && files.size() + pictures.size() > 1) {
            throw context().usageError("--id is for a single file");
        }
        if (re < 0) {
            throw context().usageError("a message's number is 1 or more");
        }
        try {
            if (isFile) {
                sendFiles();
            } else {
                sendText();
            }
        } catch (IllegalArgumentException e) {
            throw new ClientFailure(ClientFailure.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void sendText() throws IOException, UnknownServer, InterruptedException {
        try (ScriptSession session = session()) {
            printer.printStored(context().out(), session.send(to, text(), re, id));
        }
    }

    private void sendFiles() throws IOException, UnknownServer, InterruptedException {
        Path input = null;
        try {
            List<FileToSend> all = new ArrayList<>();
            for (Path path : files) {
                if (path.equals(STANDARD_INPUT)) {
                    input = Files.createTempFile("chat-client-", "");
                    all.add(copyInput(input));
                } else {
                    all.add(SizeLimits.checkFile(path, false));
                }
            }
            for (Path path : pictures) {
                all.add(SizeLimits.checkFile(path, true));
            }
            try (ScriptSession session = session()) {
                for (FileToSend file : all) {
                    printer.printStored(context().out(), session.send(to, file, id));
                }
            }
        } finally {
            if (input != null) {
                Files.deleteIfExists(input);
            }
        }
    }

    /** Copies standard input to a file, since its size has to be known before it is sent. */
    private FileToSend copyInput(Path to) throws IOException {
        if (name == null) {
            throw context().usageError("--file - needs --name");
        }
        String fileName = name;
        String fault = FileName.problem(fileName);
        if (fault != null) {
            throw new ClientFailure(ClientFailure.FAILED, fault);
        }
        try (OutputStream out = Files.newOutputStream(to)) {
            System.in.transferTo(out);
        }
        return new FileToSend(to, fileName, Files.size(to), false);
    }
}
