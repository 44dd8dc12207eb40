package chatd.daemon.dispatch;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Dispatches commands by table: each row has a command's gate and its handler. Handles the three kinds of error: a
 * refusal is answered, a violation is logged and closes the connection, a fault is logged with a reference.
 */
public final class Dispatcher {
    private static final Logger LOG = LogManager.getLogger(Dispatcher.class);

    /** Malformed messages from one connection after which it is closed. */
    private static final int MAX_MALFORMED = 3;

    private final Routes routes = new Routes();
    private final List<Feature> features;
    private final Sessions sessions;
    private final AuditTrail audit;

    /** The changes that each account makes in a minute ({@code rates.changes}). */
    private final KeyedRateLimit<Long> changes;

    private final Clock clock;
    private final Metrics metrics;

    /** Bytes queued in all inboxes. */
    private final AtomicLong waiting = new AtomicLong();

    /** @throws IllegalStateException if a command has no row */
    public Dispatcher(
            List<Feature> all,
            Sessions sessions,
            AuditTrail audit,
            Supplier<Config> config,
            Clock clock,
            Metrics metrics) {
        this.features = List.copyOf(all);
        this.sessions = sessions;
        this.audit = audit;
        this.changes =
                new KeyedRateLimit<>(() -> config.get().rates().changes(), limit -> limit, Duration.ofMinutes(1));
        this.clock = clock;
        this.metrics = metrics;
        all.forEach(feature -> feature.addTo(routes));
        routes.unlogged(SessionCommand.Malformed.class, Gate.ANYONE, this::malformed);
        routes.checkComplete();
    }

    AtomicLong waiting() {
        return waiting;
    }

    /**
     * Submits a command immediately if that needs no waiting. Called on an event loop; never blocks.
     *
     * @return whether it was submitted; if not, it had no effect
     */
    <C extends Command> boolean handleAtOnce(Session session, C command, PendingWrites pending) {
        if (!(routes.row(command) instanceof Routes.Pipelined<C> row)
                || !row.gate().admits(session.isLoggedIn())
                || audit.isRefusingNow()
                || session.hasEnded()
                || !session.output().hasRoom()
                || !pending.hasRoom()) {
            return false;
        }
        CompletableFuture<Receipt> write;
        try {
            write = row.offer().write(session, command);
        } catch (RuntimeException e) {
            // Leave it to the queue, so that it is answered in order.
            return false;
        }
        if (write == null) {
            return false;
        }
        session.touch();
        pending.add(answerWhenDone(session, command, write));
        return true;
    }

    /** Answers a write when it is committed, or has failed. The returned future does not retain the committed entry. */
    private CompletableFuture<Boolean> answerWhenDone(
            Session session, Command command, CompletableFuture<Receipt> write) {
        return write.handle((receipt, failure) -> {
            if (failure != null) {
                answerFailure(session, command, cause(failure));
            } else {
                session.acknowledge(command, receipt);
            }
            return failure == null;
        });
    }

    /** Runs one command of a session and answers its errors. Called on the session's own thread; blocks. */
    void handle(Session session, Command command, PendingWrites pending) {
        if (session.hasEnded()) {
            drop(command);
            return;
        }
        session.touch();
        try {
            run(session, command, pending);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Earlier commands are answered first.
            settle(pending);
            answerFailure(session, command, e);
        }
        session.output().awaitRoom();
    }

    private <C extends Command> void run(Session session, C command, PendingWrites pending)
            throws InterruptedException {
        Routes.Row<C> row = routes.row(command);
        if (!row.gate().admits(session.isLoggedIn())) {
            drop(command);
            throw new Refusal(Code.NOT_LOGGED_IN, "Log in first.");
        }
        if (row.isLogged() && audit.isRefusingNow()) {
            drop(command);
            // Not audit.admit(), which checks again: the log may have recovered, but the command was already dropped.
            throw AuditTrail.refusal();
        }
        if (row.isRated()) {
            changes.charge(session.account(), 1, "changes a minute are accepted from one user");
        }
        switch (row) {
            case Routes.Blocking<C> done -> {
                pending.awaitAll();
                done.handler().handle(session, command);
                if (!done.isAnswered()) {
                    session.acknowledge(command, new Receipt(0, clock.instant()));
                }
            }
            case Routes.Pipelined<C> written -> {
                CompletableFuture<Receipt> write = written.submit().write(session, command);
                if (write != null) {
                    pending.awaitRoom();
                    pending.add(answerWhenDone(session, command, write));
                }
            }
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return (failure instanceof ExecutionException || failure instanceof CompletionException) && cause != null
                ? cause
                : failure;
    }

    private void answerFailure(Session session, Command command, Throwable failure) {
        if (failure instanceof NothingToDo sent) {
            session.acknowledge(command, sent.receipt());
            return;
        }
        Refusal refusal = refusal(command.getClass().getSimpleName(), failure);
        session.answer(SessionEvent.Refused.to(command, refusal.code(), refusal.text(), clock.instant()));
    }

    /**
     * Returns what a client is told of a failure; a fault is logged with a reference. Blocks.
     *
     * @param doing what failed, for the log
     */
    public Refusal refusal(String doing, Throwable failure) {
        Refusal refusal = toRefusal(doing, failure);
        metrics.countRefusal(refusal.code());
        return refusal;
    }

    private Refusal toRefusal(String doing, Throwable failure) {
        return switch (failure) {
            case Refusal refused -> refused;
            case DatabaseUnavailable away ->
                new Refusal(Code.BUSY, "The database can't be reached at the moment. Try again later.");
            default ->
                new Refusal(
                        Code.INTERNAL,
                        "This failed because of a server error, logged as " + fault(doing, failure) + ".");
        };
    }

    /**
     * Refuses a malformed message in a dialect that can continue after one; closes the connection after
     * {@link #MAX_MALFORMED}.
     */
    private void malformed(Session session, SessionCommand.Malformed command) {
        Refusal refusal = new Refusal(Code.MALFORMED, command.problem());
        if (!command.isViolation()) {
            throw refusal;
        }
        logViolation(session, "", "not a message of " + session.dialect().name());
        if (session.malformed() >= MAX_MALFORMED) {
            answerFailure(session, command, refusal);
            session.finish(Session.VIOLATION);
            end(session);
            return;
        }
        throw refusal;
    }

    /**
     * Refuses a message whose rest has not arrived. Called on an event loop.
     *
     * @param missing what is missing, for people
     */
    public void unfinished(Session session, String missing) {
        answerFailure(
                session, new SessionCommand.Malformed("", missing, false, ""), new Refusal(Code.MALFORMED, missing));
    }

    private void logViolation(Session session, String header, String what) {
        audit.logCoalesced(
                "violation " + what,
                session,
                new AuditEvent.Violation(AuditTrail.identityOf(session), AuditTrail.peer(session), header, what));
    }

    /** Logs an internal error and returns its reference, the only detail that the user is told. */
    private String fault(String doing, Throwable failure) {
        String reference = UUID.randomUUID().toString().substring(0, 8);
        LOG.error("CHATD-904 fault {} in {}", reference, doing, failure);
        audit.logBestEffort(new AuditEvent.Fault(
                reference, doing + ": " + failure.getClass().getSimpleName()));
        return reference;
    }

    /** Handles a protocol violation: logs it, sends the pending output and closes the connection. Blocks. */
    void violated(Session session, MalformedFrame violation, PendingWrites pending) {
        if (session.hasEnded()) {
            return;
        }
        settle(pending);
        logViolation(session, HexFormat.of().formatHex(violation.header()), violation.reason());
        session.finish(violation);
        end(session);
    }

    private void end(Session session) {
        features.forEach(feature -> feature.sessionEnded(session));
    }

    /** Aborts a session after an internal error, and logs the error. */
    void broken(Session session, Throwable why) {
        try {
            fault("session " + session.id(), why);
        } finally {
            session.abort("fault");
        }
    }

    /** Handles the end of the peer's input: finishes the session and logs it out. Blocks. */
    void ended(Session session, PendingWrites pending) {
        settle(pending);
        session.finish("closed by the client");
        end(session);
    }

    private static void settle(PendingWrites pending) {
        try {
            pending.awaitAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cleans up a session whose connection is gone and whose commands have all ended. */
    void cleanUp(Session session) {
        try {
            try {
                end(session);
            } finally {
                features.forEach(feature -> feature.connectionClosed(session));
            }
        } catch (RuntimeException e) {
            LOG.error("CHATD-908 a session's cleanup failed", e);
        } finally {
            sessions.connections().closed(session);
        }
    }

    /** Registers a new connection's session. */
    public void opened(Session session) {
        sessions.connections().opened(session);
    }

    /** Frees the resources of a command that will not run: releases buffers and wipes passwords. */
    static void drop(Command command) {
        switch (command) {
            case FileCommand.Piece piece -> piece.content().bytes().release();
            case SessionCommand.LogIn login -> login.password().wipe();
            case SessionCommand.LogInByKey login -> login.key().wipe();
            case SessionCommand.Resume resume -> resume.token().wipe();
            case AccountCommand.Register register -> register.password().wipe();
            case AccountCommand.ChangePassword change -> {
                change.oldPassword().wipe();
                change.newPassword().wipe();
            }
            case SessionCommand.LogOut _ -> {}
            case SessionCommand.Malformed _ -> {}
            case AccountCommand.StoreSettings _ -> {}
            case AccountCommand.Rename _ -> {}
            case AccountCommand.ChangeAvatar _ -> {}
            case AccountCommand.ChangePreferences _ -> {}
            case UserCommand _ -> {}
            case GroupCommand _ -> {}
            case DirectCommand _ -> {}
            case SessionCommand.ListSessions _ -> {}
            case SessionCommand.EndSession _ -> {}
            case SessionCommand.EndOtherSessions _ -> {}
            case FileCommand _ -> {}
            case MessageCommand _ -> {}
        }
    }
}
