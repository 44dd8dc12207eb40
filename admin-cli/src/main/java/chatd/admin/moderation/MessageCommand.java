package chatd.admin.moderation;

import chatd.admin.api.CallFailure;
import chatd.admin.api.MessageCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin message}. */
@Command(
        name = "message",
        description = "Shows what is known of messages, and removes them.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin message remove 1041")
public final class MessageCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "show",
            description = {
                "Shows what is known of a message, except its content.",
                "What a reported message says is shown by `report show`, until the report is closed."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin message show 1041")
    int show(
            @Parameters(paramLabel = "MESSAGE", arity = "0..1", description = "The message's number, as in the log.")
                    @Nullable
                    Long number,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "Instead: the number of the file that it carries.")
                    @Nullable
                    Long file) {
        if ((number == null) == (file == null)) {
            throw new CommandFailure(Exit.USAGE, "Give the number of a message, or --file with the number of a file.");
        }
        MessageCalls.Message message =
                program.daemon().call(MessageCalls.SHOW, new MessageCalls.MessageOrFile(number, file));
        if (program.isJson()) {
            Format.json(program.out(), message);
        } else {
            print(message, program.out());
            if (message.report() != null) {
                Format.line(program.out(), "reported", "see `report show " + message.report() + "`");
            }
        }
        return Exit.OK;
    }

    /** Prints what is known of a message, one line per fact. */
    static void print(MessageCalls.Message message, PrintStream out) {
        List<String> receivers = message.receivers();
        String takenBack = message.takenBack();
        Format.line(out, "message", message.number() + ", a " + message.kind());
        Format.line(out, "sent", Timestamp.format(message.time()));
        Format.line(out, "from", SafeText.line(message.sender()));
        Format.line(out, "to", receivers == null ? "everyone" : SafeText.line(String.join(", ", receivers)));
        if (message.corrections() > 0) {
            Format.line(out, "corrected", Format.count(message.corrections(), "time"));
        }
        if (takenBack != null) {
            Format.line(out, "taken back", Timestamp.format(takenBack));
        }
    }

    @Command(
            name = "remove",
            description = {
                "Takes messages back for everybody, whoever sent them. Shows which, and asks first.",
                "Removed: the text or file, its earlier versions and its reactions. The histories and the log still show that it was"
                        + " there. Its sender and its receivers are told that an administrator has taken it back."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {
                "  chat-admin message remove 1041",
                "  chat-admin message remove 1041-1050 1067 --dry-run",
                "  chat-admin message remove --file 12"
            })
    int remove(
            @Parameters(
                            paramLabel = "MESSAGE",
                            arity = "0..*",
                            description =
                                    "The messages' numbers, as in the log, and ranges such as 1041-1050, in which numbers"
                                            + " that are no message are skipped; - reads them from standard input.")
                    @Nullable
                    List<String> given,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description =
                                    "Also the message that carries this file, by the file's number; may be repeated.")
                    @Nullable
                    List<Long> files,
            @Option(names = "--dry-run", description = "Only show which messages would be removed.") boolean dry,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        List<String> typed = given == null ? List.of() : given;
        if (typed.isEmpty() && files == null) {
            throw new CommandFailure(Exit.USAGE, "Give the numbers of messages, or --file with the number of a file.");
        }
        SequencedMap<Long, Boolean> numbers = typed.isEmpty() ? new LinkedHashMap<>() : MessageNumbers.of(typed);
        boolean isOne = typed.size() == 1
                && files == null
                && numbers.size() == 1
                && numbers.firstEntry().getValue();
        List<CallFailure> failures = new ArrayList<>();
        if (dry || !yes || !isOne) {
            List<MessageCalls.Message> messages = new ArrayList<>();
            for (long file : files == null ? List.<Long>of() : files) {
                find(new MessageCalls.MessageOrFile(null, file), true, failures).ifPresent(message -> {
                    messages.add(message);
                    numbers.remove(message.number());
                });
            }
            for (Map.Entry<Long, Boolean> number : numbers.entrySet()) {
                find(new MessageCalls.MessageOrFile(number.getKey(), null), number.getValue(), failures)
                        .ifPresent(messages::add);
            }
            if (messages.isEmpty() && failures.isEmpty()) {
                throw new CommandFailure(Exit.NOT_FOUND, "There are no messages to remove.");
            }
            if (dry) {
                show(messages);
            } else if (!yes && !messages.isEmpty()) {
                table(messages, System.err);
                Confirmation.ask("Remove " + (messages.size() == 1 ? "it" : "these " + messages.size())
                        + " for good, for everybody?");
            }
            numbers.clear();
            messages.forEach(message -> numbers.put(message.number(), true));
        }
        if (!dry) {
            remove(numbers.keySet(), isOne, failures);
        }
        if (!failures.isEmpty()) {
            throw new CommandFailure(
                    Exit.of(failures.getLast().code()),
                    failures.stream().map(CallFailure::getMessage).distinct().collect(Collectors.joining("\n")));
        }
        return Exit.OK;
    }

    private void remove(Collection<Long> numbers, boolean isOne, List<CallFailure> failures) {
        List<MessageCalls.Removed> removed = new ArrayList<>();
        for (long number : numbers) {
            try {
                removed.add(program.daemon().call(MessageCalls.REMOVE, new MessageCalls.MessageNumber(number)));
                if (!program.isJson()) {
                    program.out().println("Message " + number + " removed.");
                }
            } catch (CallFailure e) {
                addFailure(e, failures);
            }
        }
        if (program.isJson() && !removed.isEmpty()) {
            Format.json(program.out(), isOne ? removed.getFirst() : removed);
        }
    }

    /** Returns a message if it still exists; if not, and its number was typed, that is a failure. */
    private Optional<MessageCalls.Message> find(
            MessageCalls.MessageOrFile which, boolean wasTyped, List<CallFailure> failures) {
        try {
            MessageCalls.Message message = program.daemon().call(MessageCalls.SHOW, which);
            return Optional.of(message).filter(found -> wasTyped || found.takenBack() == null);
        } catch (CallFailure e) {
            if (wasTyped || Exit.of(e.code()) != Exit.NOT_FOUND) {
                addFailure(e, failures);
            }
            return Optional.empty();
        }
    }

    /** Records why one message could not be removed; a failure that would affect every message is thrown. */
    private static void addFailure(CallFailure failure, List<CallFailure> failures) {
        int exit = Exit.of(failure.code());
        if (exit != Exit.NOT_FOUND && exit != Exit.CONFLICT) {
            throw failure;
        }
        failures.add(failure);
    }

    private void show(List<MessageCalls.Message> messages) {
        if (program.isJson()) {
            Format.json(program.out(), messages);
        } else {
            table(messages, program.out());
            program.out().println("Nothing was removed: this was a dry run.");
        }
    }

    private void table(List<MessageCalls.Message> messages, PrintStream out) {
        new Table<MessageCalls.Message>()
                .column("number", message -> Long.toString(message.number()))
                .column("sent", message -> Timestamp.format(message.time()))
                .column("from", MessageCalls.Message::sender)
                .column("to", MessageCommand::receivers)
                .column("kind", message -> message.takenBack() == null ? message.kind() : "taken back")
                .print(messages, program.display(), out);
    }

    private static String receivers(MessageCalls.Message message) {
        List<String> receivers = message.receivers();
        return receivers == null ? Format.EVERYONE : String.join(", ", receivers);
    }
}
