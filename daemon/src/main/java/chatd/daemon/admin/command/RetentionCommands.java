package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.RetentionCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Requester;
import chatd.daemon.admin.Role;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.health.Running;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.message.Hold;
import chatd.daemon.retention.Holds;
import chatd.daemon.retention.Retention;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Implements {@code chat-admin retention} and {@code chat-admin hold}. */
public record RetentionCommands(Running running, Configuration configuration, Clock clock) {
    private static final Pattern GROUP = Pattern.compile("[Gg]([1-9]\\d{0,9})");

    /** Maximum length of a reason, in characters, as in the table. */
    private static final int MAX_REASON = 200;

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.readOnly(
                        RetentionCalls.SHOW,
                        Role.administratorsAnd(Role.MODERATOR, Role.AUDITOR),
                        (request, by, out) -> rules()),
                AdminCommand.of(RetentionCalls.RUN, Role.administrators(), this::run, "dryRun"),
                AdminCommand.of(RetentionCalls.HOLD_ADD, Role.administrators(), this::addHold, "who", "until"),
                AdminCommand.of(RetentionCalls.HOLD_LIST, Role.administratorsAnd(Role.AUDITOR), (request, by, out) -> {
                    out.write(
                            holds().all(),
                            some -> new RetentionCalls.Holds(
                                    some.stream().map(this::shown).toList()));
                    return Nothing.NOTHING;
                }),
                AdminCommand.of(
                        RetentionCalls.HOLD_REMOVE,
                        Role.administrators(),
                        (request, by, out) -> shown(holds().remove(request.hold())),
                        "hold"));
    }

    private Retention retention() {
        return running.services().retention();
    }

    private Holds holds() {
        return retention().holds();
    }

    private Directory directory() {
        return running.services().directory();
    }

    private RetentionCalls.Rules rules() {
        Config.Retention rules = configuration.get().retention();
        Instant now = clock.instant();
        Instant lastPass = retention().lastPass();
        return new RetentionCalls.Rules(
                rules.files(),
                rules.direct(),
                rules.group(),
                rules.everyone(),
                directory().groups().all().stream()
                        .filter(group -> group.retention() != Group.AS_CONFIGURED)
                        .map(group -> GroupCommands.shown(group, directory()))
                        .toList(),
                (int) holds().all().stream().filter(hold -> hold.isInForce(now)).count(),
                lastPass == null
                        ? null
                        : lastPass.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private RetentionCalls.Extent run(
            RetentionCalls.Pass request, Requester by, AdminCommand.Parts<RetentionCalls.Extent> out)
            throws InterruptedException {
        Consumer<Retention.Extent> progress = extent -> out.write(shown(extent));
        return shown(
                request.dryRun()
                        ? retention().plan(rulesInFile(), progress)
                        : retention().run(progress));
    }

    private Config.Retention rulesInFile() {
        try {
            return configuration.check().retention();
        } catch (ConfigException e) {
            throw new Refusal(
                    Code.MALFORMED, "The configuration file is not valid: " + String.join("; ", e.errors()) + ".");
        }
    }

    private static RetentionCalls.Extent shown(Retention.Extent extent) {
        return new RetentionCalls.Extent(extent.texts(), extent.files(), extent.bytes(), extent.held());
    }

    private RetentionCalls.Hold addHold(RetentionCalls.NewHold request, Requester by, AdminCommand.Parts<Nothing> out)
            throws InterruptedException {
        String why = request.why().strip();
        if (why.isEmpty() || why.codePointCount(0, why.length()) > MAX_REASON) {
            throw new Refusal(
                    Code.MALFORMED,
                    "Say why in 1 to " + MAX_REASON + " characters: those who see the hold later must know.");
        }
        return shown(holds().add(addressee(request.who()), endOf(request.until()), why, by.user()));
    }

    private long addressee(String typed) {
        Matcher group = GROUP.matcher(typed);
        if (group.matches()) {
            return Addressee.group(directory()
                    .groups()
                    .find(Long.parseLong(group.group(1)))
                    .orElseThrow(GroupDirectory::noSuchGroup)
                    .number());
        }
        return directory()
                .findEver(typed)
                .orElseThrow(() -> new Refusal(
                        Code.NO_SUCH_USER,
                        "There is no user called " + typed + ", and there was none. Nothing was done."))
                .number();
    }

    /** Returns when a day ends. */
    private static Instant endOf(String day) {
        try {
            return LocalDate.parse(day).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw new Refusal(
                    Code.MALFORMED,
                    "The last day of a hold is given as a date, such as 2027-06-30, not \"" + day + "\".");
        }
    }

    private RetentionCalls.Hold shown(Hold hold) {
        long group = Addressee.groupNumber(hold.addressee());
        return new RetentionCalls.Hold(
                hold.number(),
                group == 0 ? "U" + hold.addressee() : "G" + group,
                directory().nameOf(hold.addressee()),
                LocalDate.ofInstant(hold.until().minusSeconds(1), ZoneOffset.UTC)
                        .toString(),
                hold.reason(),
                hold.by(),
                hold.since().truncatedTo(ChronoUnit.SECONDS).toString(),
                !hold.isInForce(clock.instant()));
    }
}
