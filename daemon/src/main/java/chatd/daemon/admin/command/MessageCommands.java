package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.MessageCalls;
import chatd.admin.api.ReportCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Request;
import chatd.daemon.admin.Role;
import chatd.daemon.directory.Directory;
import chatd.daemon.health.Running;
import chatd.daemon.messages.Amendments;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Message;
import chatd.daemon.reports.Reports;
import chatd.daemon.store.read.ReportStore;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Implements {@code chat-admin message} and {@code report}. */
public record MessageCommands(Running running) {
    /** Maximum number of reports listed, the newest. */
    private static final int MAX_REPORTS = 10_000;

    /** Maximum number of messages before a reported one, and after it, that are shown. */
    private static final int MAX_CONTEXT = 20;

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.of(
                        MessageCalls.SHOW,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> message(number(request)),
                        "message",
                        "file"),
                AdminCommand.of(
                        MessageCalls.REMOVE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> new MessageCalls.Removed(
                                request.message(),
                                running.services()
                                        .amendments()
                                        .remove(request.message())
                                        .message()),
                        "message"),
                AdminCommand.of(
                        ReportCalls.LIST,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            out.write(
                                    reports().list(request.closed(), MAX_REPORTS),
                                    some -> new ReportCalls.Reports(
                                            some.stream().map(this::shown).toList()));
                            return Nothing.NOTHING;
                        },
                        "closed"),
                AdminCommand.of(
                        ReportCalls.SHOW,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            ReportStore.Report report = reports().find(request.report());
                            return new ReportCalls.FullReport(
                                    shown(report),
                                    message(report.message()),
                                    report.text(),
                                    report.file(),
                                    report.size(),
                                    reports().notes(report.number()).stream()
                                            .map(note -> new ReportCalls.Note(
                                                    note.time().toString(), note.by(), note.text()))
                                            .toList(),
                                    context(report, request.context()));
                        },
                        "report",
                        "context"),
                AdminCommand.of(
                        ReportCalls.NOTE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            reports()
                                    .addNote(
                                            request.report(),
                                            Objects.requireNonNullElse(request.text(), ""),
                                            by.user());
                            return shown(reports().find(request.report()));
                        },
                        "report"),
                AdminCommand.of(
                        ReportCalls.CLOSE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            reports().close(request.report(), by.user());
                            return shown(reports().find(request.report()));
                        },
                        "report"));
    }

    private List<ReportCalls.ContextMessage> context(ReportStore.Report report, @Nullable Integer asked) {
        return reports().context(report, Request.within("context", asked, 0, MAX_CONTEXT)).stream()
                .map(neighbour -> new ReportCalls.ContextMessage(
                        neighbour.message().number(),
                        neighbour.message().time().toString(),
                        directory().nameOf(neighbour.message().sender()),
                        neighbour.text(),
                        neighbour.message().isErased() || neighbour.message().file() == null
                                ? null
                                : neighbour.message().file().name()))
                .toList();
    }

    private Reports reports() {
        return running.services().reports();
    }

    private Directory directory() {
        return running.services().directory();
    }

    private ReportCalls.Report shown(ReportStore.Report report) {
        return new ReportCalls.Report(
                report.number(),
                report.message(),
                directory().nameOf(report.by()),
                report.time().toString(),
                report.reason(),
                report.closed() == null ? null : report.closed().toString(),
                report.closedBy());
    }

    private long number(MessageCalls.MessageOrFile which) {
        Long message = which.message();
        Long file = which.file();
        if ((message == null) == (file == null)) {
            throw new Refusal(Code.MALFORMED, "The command must name either a message or a file.");
        }
        return message != null ? message : running.services().amendments().withFile(Objects.requireNonNull(file));
    }

    private MessageCalls.Message message(long number) {
        Amendments.MessageStatus state = running.services().amendments().show(number);
        Message message = state.message();
        List<Long> receivers = message.receivers();
        return new MessageCalls.Message(
                number,
                message.time().toString(),
                directory().nameOf(message.sender()),
                receivers == null ? null : receivers.stream().map(this::name).toList(),
                message.file() == null ? "text" : "file",
                state.corrections(),
                state.takenBack() == null ? null : Objects.toString(state.takenBack()),
                reports().of(number).map(ReportStore.Report::number).orElse(null));
    }

    private String name(long receiver) {
        String name = directory().nameOf(receiver);
        return Addressee.isGroup(receiver) ? name + " (G" + Addressee.groupNumber(receiver) + ")" : name;
    }
}
