package chatd.daemon.admin;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.audit.FileFailure;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.Outcome;
import chatd.daemon.config.Config;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Dispatches admin commands by table: checks the caller's role and logs every command, including refused ones. */
final class AdminDispatcher {
    private static final Logger LOG = LogManager.getLogger(AdminDispatcher.class);

    /** Stands in the log for a command that is unknown or was not read; always refused. */
    private static final AdminCommand<?, ?, ?> UNKNOWN = AdminCommand.of(
            new AdminCall<>("unknown", Nothing.class, Nothing.class, Nothing.class),
            Role.all(),
            (request, user, out) -> request,
            Request.COMMAND);

    /** Loaded with the first answer, not at startup, of which it would take a twentieth. */
    private static final class Answers {
        private static final JsonMapper JSON = new JsonMapper();
    }

    /** Maximum characters of an unknown command's name that are logged. */
    private static final int LONGEST_UNKNOWN = 32;

    private final Map<String, AdminCommand<?, ?, ?>> table = new TreeMap<>();
    private final Map<Role, String> groups = new EnumMap<>(Role.class);
    private final AuditTrail audit;

    AdminDispatcher(Config.Admin config, List<AdminCommand<?, ?, ?>> commands, AuditTrail audit) {
        groups.put(Role.ADMINISTRATOR, config.administrators());
        groups.put(Role.HELPER, config.helpers());
        groups.put(Role.MODERATOR, config.moderators());
        groups.put(Role.AUDITOR, config.auditors());
        commands.forEach(command -> table.put(command.name(), command));
        this.audit = audit;
    }

    /** Returns the Unix group of a role; empty if it has none. */
    String group(Role role) {
        return groups.getOrDefault(role, "");
    }

    /** The other end of a connection. */
    interface Peer {
        /** @throws IOException if the client has disconnected */
        void write(String line) throws IOException;

        boolean isConnected();
    }

    /** Source of a request that has not been read yet. */
    interface RequestSource {
        /**
         * Reads the request. Blocks.
         *
         * @throws Refusal if it is not a valid command
         */
        Request request() throws IOException;
    }

    /**
     * One command in progress.
     *
     * @param ended the command's duration, for the separate log event at its end; null in all other events
     */
    private record Call(
            AdminCommand<?, ?, ?> command,
            Request request,
            Requester by,
            @Nullable String ended) {
        Call(AdminCommand<?, ?, ?> command, Request request, Requester by) {
            this(command, request, by, null);
        }

        List<Map.Entry<String, String>> arguments() {
            List<Map.Entry<String, String>> arguments = new ArrayList<>(request.shown(command.loggedFields()));
            if (ended != null) {
                arguments.add(Map.entry("ended", ended));
            }
            return arguments;
        }

        AuditEvent event(Outcome outcome, @Nullable String reason) {
            return new AuditEvent.AdminCommand(by.user(), by.claimed(), command.name(), arguments(), outcome, reason);
        }
    }

    /**
     * Logs a command. Coalesces repeated ones: from any caller, those that monitoring repeats; from
     * callers other than administrators, also refusals of a command for the same reason, and
     * successful commands with the same arguments.
     */
    private void log(Call call, Outcome outcome, @Nullable String reason) {
        AuditEvent event = call.event(outcome, reason);
        if (reason == null && call.command().logMode() == AdminCommand.LogMode.HOURLY) {
            audit.logHourly(
                    "admin " + call.command().name(),
                    call.by().claimed(),
                    call.by().user(),
                    event);
        } else if (call.by().role() == Role.ADMINISTRATOR) {
            audit.logBestEffort(event);
        } else {
            boolean isDone = reason == null;
            audit.logCoalesced(
                    "admin " + call.command().name() + (isDone ? "" : " " + reason),
                    isDone ? call.arguments().toString() : null,
                    call.by().user(),
                    event);
        }
    }

    /** Reads, runs, logs and answers one command. Blocks. */
    void serve(Requester caller, RequestSource asking, Peer peer) throws IOException {
        Request request;
        try {
            request = asking.request();
        } catch (Refusal e) {
            refuse(new Call(UNKNOWN, Request.NOTHING, caller), peer, e);
            return;
        }
        Requester by = caller.claiming(request.json().path("claimed").asString(""));
        AdminCommand<?, ?, ?> command = table.get(request.command());
        if (command == null) {
            refuse(
                    new Call(UNKNOWN, request.withCommandOf(LONGEST_UNKNOWN), by),
                    peer,
                    new Refusal(Code.MALFORMED, "The daemon has no such command."));
            return;
        }
        Call call = new Call(command, request, by);
        try {
            admit(call);
            Object result = run(call, peer);
            write(peer, new AdminCall.Done<>(result));
        } catch (Refusal e) {
            refuse(call, peer, e);
        } catch (DatabaseUnavailable e) {
            refuse(call, peer, new Refusal(Code.BUSY, "The database can't be reached: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("CHATD-909 admin command {} failed", command.name(), e);
            log(call, Outcome.FAILED, Code.INTERNAL.word());
            write(peer, new AdminCall.Refused(Code.INTERNAL.word(), "The daemon failed; its service log says more."));
        }
    }

    private void admit(Call call) {
        AdminCommand<?, ?, ?> command = call.command();
        if (!command.roles().contains(call.by().role())) {
            String needed = command.roles().stream().map(this::describe).collect(Collectors.joining(" or "));
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    "`" + command.name() + "` needs " + needed + "; you are connected as "
                            + describe(call.by().role()) + ".");
        }
        if (command.logMode() == AdminCommand.LogMode.REQUIRED) {
            audit.requireLoggable();
        }
    }

    private String describe(Role role) {
        return group(role).isEmpty() ? role.socket() : group(role);
    }

    private Object run(Call call, Peer peer) throws InterruptedException, IOException {
        boolean isLong = call.command().logMode() == AdminCommand.LogMode.START_AND_END;
        if (isLong) {
            log(call, Outcome.OK, null);
        }
        long start = System.nanoTime();
        Object result;
        try {
            result = run(call.command(), call, peer);
        } catch (PeerGone e) {
            if (isLong) {
                logEnd(call, start);
            } else {
                log(call, Outcome.FAILED, "closed");
            }
            throw new IOException("the administrator went away", e);
        } catch (IOException e) {
            // The daemon's own I/O failed, not the connection.
            LOG.error("CHATD-910 admin command {} failed: {}", call.command().name(), FileFailure.describe(e));
            throw new Refusal(Code.INTERNAL, "The daemon could not do it: " + FileFailure.describe(e));
        }
        if (isLong) {
            logEnd(call, start);
        } else {
            log(call, Outcome.OK, null);
        }
        return result;
    }

    private <P> Object run(AdminCommand<?, P, ?> command, Call call, Peer peer)
            throws IOException, InterruptedException {
        return command.run(call.request(), call.by(), parts(peer));
    }

    /** Logs the end and the duration of a long-running command. */
    private void logEnd(Call call, long start) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        log(new Call(call.command(), call.request(), call.by(), took.toSeconds() + " s"), Outcome.OK, null);
    }

    private <P> AdminCommand.Parts<P> parts(Peer peer) {
        return new AdminCommand.Parts<>() {
            @Override
            public void write(P part) {
                try {
                    AdminDispatcher.this.write(peer, part);
                } catch (IOException e) {
                    throw new PeerGone(e);
                }
            }

            @Override
            public boolean isClientReading() {
                return peer.isConnected();
            }
        };
    }

    private static final class PeerGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PeerGone(IOException cause) {
            super(cause);
        }
    }

    private void refuse(Call call, Peer peer, Refusal why) throws IOException {
        boolean isFault = why.code() == Code.UNDECIDED || why.code() == Code.INTERNAL;
        log(call, isFault ? Outcome.FAILED : Outcome.REFUSED, why.code().word());
        write(peer, new AdminCall.Refused(why.code().word(), why.text()));
    }

    private void write(Peer peer, Object line) throws IOException {
        peer.write(Answers.JSON.writeValueAsString(line) + "\n");
    }
}
