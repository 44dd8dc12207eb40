package chatd.admin.system;

import chatd.admin.api.StorageCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin storage}. */
@Command(
        name = "storage",
        description = {
            "Shows how much space the files of all users take: by user, by kind, the largest, and what could be freed.",
            "Shows neither the content nor the name of a file."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin storage", "  chat-admin storage check"})
public final class StorageCommand implements Callable<Integer> {
    @ParentCommand
    private Program program;

    @Override
    public Integer call() {
        StorageCalls.Report report = program.daemon().call(StorageCalls.SHOW);
        if (program.isJson()) {
            Format.json(program.out(), report);
            return Exit.OK;
        }
        line("used", Format.bytes(report.used()) + ofQuota(report.quota()));
        Long free = report.free();
        line(
                "disk",
                free == null
                        ? "on another machine"
                        : Format.bytes(free) + " free; " + Format.bytes(report.reserve()) + " are kept free");
        line(
                "unused",
                amount(
                        report.unused(),
                        "content",
                        ", of unfinished uploads; remains of others are deleted at the next start"));
        line("reports", amount(report.ofReports(), "content", ", kept until the reports are closed"));
        line("deleted", amount(report.ofDeleted(), "file", " of deleted users"));
        if (!report.accounts().isEmpty()) {
            program.out().println();
            new Table<StorageCalls.StorageByAccount>()
                    .column("USER", each -> Format.userLabel(each.name(), each.number()))
                    .column("FILES", each -> Long.toString(each.files()))
                    .column("SIZE", each -> Format.bytes(each.bytes()))
                    .column("OF", each -> each.quota() == null ? null : Format.bytes(each.quota()))
                    .print(report.accounts(), program.display(), program.out());
            program.out().println();
            new Table<StorageCalls.Kind>()
                    .column("KIND", StorageCalls.Kind::media)
                    .column("CONTENTS", each -> Long.toString(each.contents()))
                    .column("SIZE", each -> Format.bytes(each.bytes()))
                    .print(report.kinds(), program.display(), program.out());
            program.out().println();
            new Table<StorageCalls.Large>()
                    .column("FILE", each -> Long.toString(each.file()))
                    .column("SIZE", each -> Format.bytes(each.bytes()))
                    .column("KIND", StorageCalls.Large::media)
                    .column("FROM", each -> Format.userLabel(each.name(), each.sender()))
                    .column("SENT", each -> Timestamp.format(each.time()))
                    .print(report.largest(), program.display(), program.out());
        }
        return Exit.OK;
    }

    private static String ofQuota(@Nullable Long quota) {
        return quota == null ? "" : " of " + Format.bytes(quota);
    }

    private static String amount(StorageCalls.Amount amount, String what, String how) {
        return amount.count() == 0
                ? "nothing"
                : Format.count(amount.count(), what) + ", " + Format.bytes(amount.bytes()) + how;
    }

    private void line(String key, String value) {
        Format.line(program.out(), key, value);
    }

    @Command(
            name = "check",
            description = {
                "Looks for contents that nothing refers to, and for files of which something is missing.",
                "It compares numbers and lengths; `log verify --messages` compares every byte with the log. Exit code 1 if"
                        + " something is missing."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin storage check")
    int check() {
        StorageCalls.Checked checked = program.daemon().call(StorageCalls.CHECK);
        if (program.isJson()) {
            Format.json(program.out(), checked);
        } else {
            checked.broken()
                    .forEach(one -> program.out()
                            .println((one.file() == null ? "a report" : "file " + one.file()) + ": " + one.missing()
                                    + " (content " + one.content() + ")"));
            program.out()
                    .println(Format.count(checked.files(), "file") + ", " + Format.count(checked.contents(), "content")
                            + ": "
                            + (checked.broken().isEmpty()
                                    ? "everything is there."
                                    : "something is missing of "
                                            + Format.count(checked.broken().size(), "content") + "."));
            if (!checked.unused().isEmpty()) {
                program.out()
                        .println(Format.count(checked.unused().size(), "content")
                                + " not referred to: of uploads that have not ended, or left by a crash; these go at the"
                                + " next start.");
            }
        }
        return checked.broken().isEmpty() ? Exit.OK : Exit.FAILED;
    }
}
